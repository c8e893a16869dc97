#include "tools/doctor/lag.h"

namespace koinon::doctor {
namespace {

constexpr std::uint64_t kEntries = 100;  // that may be on their way

}  // namespace

Findings check(const LagFacts& facts) {
  Findings out;
  if (facts.index > facts.index_most)
    out.push_back({Weight::kWarning, "lag.index",
                   "The search index lacks " + std::to_string(facts.index) + " records.",
                   "Searches, lists and feeds do not show them yet.",
                   "After a start or koinon reindex: wait. Else koinond's log says why it stands still."});
  if (facts.bodies > 0)
    out.push_back({Weight::kWarning, "lag.bodies",
                   std::to_string(facts.bodies) + " notes that are wanted have not arrived.",
                   "Their entries are here, and nobody who is connected gives their texts.",
                   "koinon explain CITY/NUMBER says of each who was asked."});
  for (const LagFacts::Peer& peer : facts.peers) {
    if (peer.entries <= kEntries) continue;
    out.push_back(
        {Weight::kWarning, "lag.peer",
         std::to_string(peer.entries) + " entries of " + peer.name + " are known to exist and are not here.",
         "They come, or its log rests: it is frozen here, or brought more than its quota.",
         "koinon explain " + peer.name + " says which."});
  }
  return out;
}

}  // namespace koinon::doctor
