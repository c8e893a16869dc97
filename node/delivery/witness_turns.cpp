#include "node/delivery/witness_turns.h"

#include <algorithm>

namespace koinon {
namespace {

constexpr unsigned kDoublings = 30;  // more would not fit

}  // namespace

void WitnessTurns::on_head(const WitnessableHead& head, MonoTime now) {
  const bool same_origin = newest_ && newest_->checkpoint.origin == head.checkpoint.origin;
  if (same_origin && head.checkpoint.size <= newest_->checkpoint.size) return;
  newest_ = head;
  if (same_origin) return turn_round(now);
  current_ = head;
  round_began_ = now;
  for (State& state : states_) {
    state.old_size = state.cosigned = TreeSize();
    state.failures = state.calibrations = 0;
    state.not_before = now;
  }
}

void WitnessTurns::believe(std::size_t witness, TreeSize cosigned) {
  states_[witness].old_size = states_[witness].cosigned = cosigned;
}

void WitnessTurns::turn_round(MonoTime now) {
  if (!newest_ || newest_->checkpoint == current_->checkpoint || now < round_began_ + paces_.round) return;
  current_ = newest_;
  round_began_ = now;
}

bool WitnessTurns::lacks_head(const State& state) const {
  return !state.asked && state.cosigned < current_->checkpoint.size;
}

std::vector<WitnessTurns::Turn> WitnessTurns::take(MonoTime now) {
  std::vector<Turn> out;
  if (!current_) return out;
  turn_round(now);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    if (!lacks_head(state) || now < state.not_before) continue;
    state.asked = current_;
    state.asked_old = std::min(state.old_size, current_->checkpoint.size);
    out.push_back({i, state.asked_old, *current_});
  }
  return out;
}

WitnessTurns::After WitnessTurns::on_answer(std::size_t witness, const WitnessReply& answer, MonoTime now) {
  State& state = states_[witness];
  if (!state.asked) return After::kFailed;
  const Checkpoint asked = state.asked->checkpoint;
  state.asked.reset();
  // The log was taken back meanwhile. What the answer says is of the origin before.
  if (asked.origin != current_->checkpoint.origin) return After::kAskAgain;
  switch (answer.said) {
    case WitnessSaid::kCosigned:
      state.old_size = state.cosigned = asked.size;
      state.failures = state.calibrations = 0;
      state.not_before = now;
      return After::kDone;
    case WitnessSaid::kOtherOld:
      return follow_other_old(state, answer.size, state.asked_old, now);
    case WitnessSaid::kUnknown:
      state.not_before = now + paces_.long_pause;
      return After::kFailed;
    case WitnessSaid::kRefused:
      state.old_size = TreeSize();  // the next answer says which size it is
      return failed(state, answer, now);
    case WitnessSaid::kFailed:
      break;
  }
  return failed(state, answer, now);
}

// Others may bring our heads to the witness too, so that the size changes between two requests.
WitnessTurns::After WitnessTurns::follow_other_old(State& state, TreeSize size, TreeSize asked_old,
                                                   MonoTime now) {
  const TreeSize ours = newest_->checkpoint.size;
  if (size > ours) {
    state.old_size = TreeSize();
    state.not_before = now + paces_.long_pause;
    return After::kAhead;
  }
  // It says what we said, or another size each time.
  if (size == asked_old || ++state.calibrations > limits::kWitnessCalibrations) {
    state.calibrations = 0;
    state.old_size = TreeSize();
    return failed(state, {}, now);
  }
  state.old_size = size;
  state.not_before = now;
  if (size > current_->checkpoint.size) {
    current_ = newest_;
    round_began_ = now;
  }
  return After::kAskAgain;
}

WitnessTurns::After WitnessTurns::failed(State& state, const WitnessReply& answer, MonoTime now) const {
  const unsigned doublings = std::min(state.failures++, kDoublings);
  std::chrono::milliseconds wait = paces_.backoff * (std::int64_t{1} << doublings);
  if (answer.not_before) wait = std::max<std::chrono::milliseconds>(wait, *answer.not_before);
  state.not_before = now + std::min(wait, paces_.backoff_max);
  return After::kFailed;
}

std::optional<MonoTime> WitnessTurns::next(MonoTime now) const {
  if (!current_) return std::nullopt;
  std::optional<MonoTime> out;
  const auto sooner = [&](MonoTime at) { out = out ? std::min(*out, at) : at; };
  const bool waits = newest_->checkpoint != current_->checkpoint;
  for (const State& state : states_) {
    if (lacks_head(state)) {
      sooner(std::max(state.not_before, now));
    } else if (waits && !state.asked) {
      sooner(std::max({state.not_before, round_began_ + paces_.round, now}));
    }
  }
  return out;
}

}  // namespace koinon
