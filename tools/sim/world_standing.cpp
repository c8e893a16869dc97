// What the world knows of nodes' own logs: what they sign, when they may, and what their operators say.
#include <algorithm>

#include "tools/sim/liar.h"
#include "tools/sim/world.h"

namespace koinon::sim {
namespace {

constexpr double kWord = 0.05;  // share of looks at which an operator does not wait longer

}  // namespace

void World::note_standing(SimNode& node) {
  const StandingView view = node.engine().signing();
  if (view.state == SigningState::kSigns) return stage_.note(node, "signs");
  if (view.state == SigningState::kTwin) stage_.counters.add("twins suspected");
  stage_.note(node, "does not sign (state " + std::to_string(static_cast<int>(view.state)) +
                        "): it waits for " + std::to_string(view.waits_for.size()) + " peers, " +
                        std::to_string(view.answered) + " have answered");
}

void World::on_starting(SimNode& node, bool older) {
  remember_unanswered(node);
  stage_.invariants.starting(node, older);
}

void World::on_resumed(SimNode& node) { stage_.invariants.resumed(node); }

void World::on_received(SimNode& to, SessionId session, std::size_t bytes) {
  stage_.invariants.received(to, session, bytes);
}

// Records that it signed just before its power failed. They may be durable, and then they count as published.
void World::remember_unanswered(SimNode& node) {
  const AuthoredLog& log = stage_.truth.log(node.log());
  const auto& known = log.histories[stage_.twin_of.contains(node.index()) ? 1 : log.current].records;
  const auto own = node.store().log_state(node.log());
  // A store of before its city took the log back signs nothing until it has heard of that.
  if (own.ok() && own->keys.recoveries() < log.recoveries) return;
  const std::uint64_t size = own.ok() ? own->range.size().value : 0;
  // What a restored store has signed anew stands in place of what is known.
  std::uint64_t first = std::min<std::uint64_t>(size, known.size());
  while (first > 0 && node.store().record(node.log(), EntryIndex(first - 1))->entry != known[first - 1].entry)
    --first;
  std::vector<StoredRecord> records;
  for (std::uint64_t i = first; i < size; ++i)
    records.push_back(*node.store().record(node.log(), EntryIndex(i)));
  if (!records.empty()) remember(node, records);
}

// What an author has signed.
void World::remember(SimNode& node, const std::vector<StoredRecord>& records) {
  if (node.liar() != nullptr) {
    const bool twin = stage_.twin_of.contains(node.index());
    return stage_.truth.said(node.log(), records, twin ? 1 : 0);
  }
  using Signed = Invariants::Signed;
  const Signed how = stage_.invariants.signed_own(node, records);
  if (how == Signed::kReplaced) stage_.counters.add("lost entries that nobody had seen");
  if (how != Signed::kForked) return;
  stage_.counters.add("forks that nobody who answered could prevent");
  stage_.note(node, "goes on with its log where others have seen more, who did not answer");
}

void World::on_cosigning(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
                         const PublicKey& key) {
  stage_.counters.add("cosignatures made");
  stage_.invariants.cosigning(node, checkpoint, line, key);
}

// How many cities have cosigned the best head of each city's log, at the city.
void World::count_cosigned() {
  for (const auto& node : stage_.nodes) {
    if (!node->up() || node->liar() != nullptr) continue;
    const auto heads = node->store().cosigned(node->log());
    const CosignedHead* best = heads.ok() ? best_witnessed(*heads) : nullptr;
    const std::size_t cities = best == nullptr ? 0 : best->cities();
    if (cities >= 1) stage_.counters.add("logs whose head a city has cosigned");
    if (cities >= 3) stage_.counters.add("logs whose head 3 cities have cosigned");
    if (cities >= 7) stage_.counters.add("logs whose head 7 cities have cosigned");
  }
}

// The operator of a node that waits for peers which are not there may say that it goes on without them.
void World::speak_up(SimNode& node) {
  const StandingView view = node.engine().signing();
  if (view.state != SigningState::kAsks || !stage_.chance.hit(kWord)) return;
  std::vector<NodeKey> without;
  for (const NodeKey& key : view.waits_for) {
    const bool there = std::any_of(stage_.nodes.begin(), stage_.nodes.end(), [&](const auto& peer) {
      return peer->node_key() == key && node.connected_to(*peer);
    });
    if (!there) without.push_back(key);
  }
  if (without.empty()) return;
  stage_.counters.add("words of operators");
  stage_.note(node, "signs without " + std::to_string(without.size()) + " of its peers, its operator says");
  stage_.invariants.word_given(node, without);
  node.give_word(without);
}

}  // namespace koinon::sim
