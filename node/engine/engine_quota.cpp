// How much is taken of each log: so many bytes, less the further its city is; a share of them at once, the
// rest by and by. A log that brought more rests: nothing of it is asked for, its heads are still verified,
// and no cursor waits for it.
#include <algorithm>
#include <utility>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

double seconds(MonoTime time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::uint64_t Engine::log_bytes_quota(const LogId& id) const {
  const std::uint64_t nearest = config_.log_bytes == 0 ? limits::kLogBytes : config_.log_bytes;
  const TrustPath* path = trust_.path(id);
  const std::size_t further = path == nullptr || path->empty() ? 0 : path->size() - 1;
  const std::uint64_t share = nearest >> std::min<std::size_t>(3 * further, 63);
  return std::max(share, std::min(nearest, limits::kLogBytesLeast));
}

// Less than nothing: more came than may be taken at once.
double Engine::intake_left(Now now, Log& log) {
  const auto quota = static_cast<double>(log_bytes_quota(log.state.id));
  const double at_once = quota * limits::kIntakeAtOnce;
  const double gained = quota * seconds(now.mono - log.intake.at) / seconds(limits::kIntakePeriod);
  log.intake.left = log.intake.begun ? std::min(at_once, log.intake.left + gained) : at_once;
  log.intake.begun = true;
  log.intake.at = now.mono;
  return log.intake.left;
}

// What was stored: what a full disk refused comes again.
void Engine::count_intake(Now now, Log& log, std::uint64_t bytes) {
  if (log.state.id == own_log_) return;
  (void)intake_left(now, log);
  log.intake.left -= static_cast<double>(bytes);
}

bool Engine::is_full(const Log& log) const {
  return log.state.id != own_log_ && log.state.bytes >= log_bytes_quota(log.state.id);
}

bool Engine::takes_more(Now now, Log& log) {
  if (log.state.id == own_log_) return true;
  return !log.rests_until && !is_full(log) && intake_left(now, log) >= 0;
}

// What the store says to hold of it after a commit. Answers come in any order: that of a later commit counts.
void Engine::note_bytes(Log& log, std::uint64_t order, std::uint64_t bytes) {
  if (order < log.bytes_order) return;
  log.bytes_order = order;
  log.state.bytes = bytes;
}

void Engine::rest_if_full(Now now, Log& log) {
  if (!log.rests_until && !takes_more(now, log)) rest(now, log);
}

// Whoever offers more of it is remembered, to be asked again; then its row passes.
void Engine::rest(Now now, Log& log) {
  const LogId id = log.state.id;
  if (!log.rests_until) {
    rest_a_while(now, log);
    notice({}, is_full(log)
                   ? "of " + log.state.identity.name + " " + std::to_string(log.state.bytes) +
                         " bytes are held, all that this node takes of a city so far away"
                   : log.state.identity.name +
                         " wrote more in a short time than this node takes; it is taken up again later");
  }
  const auto offers = std::exchange(log.offers, {});
  abandon_fetch(now, log, false);
  for (const auto& [source, offer] : offers) {
    if (const Session* session = find(source); session != nullptr) ask_later(session->peer, id);
    file_source(log, source);
    settle_row(now, source, id, offer.row, false);
  }
  // What peers asked us to look for they may ask for elsewhere.
  log.forget_transit();
  refile(id);
}

void Engine::rest_a_while(Now now, Log& log) {
  log.rests_until = now.mono + limits::kRest;
  resting_.emplace(*log.rests_until, log.state.id);
}

// A head that is passed over now is asked for by name once the log is taken up again, after a restart too.
void Engine::ask_later(const NodeKey& peer, const LogId& log) {
  if (!asks_[peer].insert(log).second) return;
  issue(CommitAsks{{{peer, log}}}, [](Now, const Result<Answer>&) {});
}

void Engine::wake_rested(Now now) {
  std::vector<LogId> awake;
  while (!resting_.empty() && resting_.begin()->first <= now.mono) {
    const LogId id = resting_.begin()->second;
    resting_.erase(resting_.begin());
    Log& log = *logs_.at(id);
    log.rests_until.reset();
    if (!trust_.admits(id) || log.state.frozen) continue;
    // Not for a drop at a time: each beginning asks for the whole rest.
    const double enough = static_cast<double>(log_bytes_quota(id)) * limits::kIntakeAgain;
    if (is_full(log) || intake_left(now, log) < enough) {
      rest_a_while(now, log);
    } else {
      awake.push_back(id);
    }
  }
  if (awake.empty()) return;
  for (auto& [number, session] : sessions_) {
    const auto asks = asks_.find(session->peer);
    if (!session->hello_received || asks == asks_.end()) continue;
    std::vector<LogId> logs;
    std::copy_if(awake.begin(), awake.end(), std::back_inserter(logs),
                 [&](const LogId& id) { return asks->second.contains(id); });
    ask_for(*session, logs);
  }
  for (const LogId& id : awake) look_for_bodies(now, id);
}

}  // namespace koinon
