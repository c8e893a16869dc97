#include "tools/doctor/peers.h"

#include <algorithm>
#include <map>

namespace koinon::doctor {
namespace {

using Reach = PeerFacts::Reach;

std::optional<Finding> unconnected(const PeerFacts& peer) {
  if (peer.reach == Reach::kOther || peer.trouble == "other-key")
    return Finding{
        Weight::kProblem, "peers.other_key",
        "At the address of " + peer.name + ", " + peer.address + ", a node with another key answers.",
        "Its key was replaced while this node was away, its name leads elsewhere, or somebody "
        "stands between. This node talks to the pinned key alone.",
        "Call its operator on a number that you know, compare its key, then: koinon peer add LINE. "
        "RUNBOOK, \"A new node key\"."};
  if (peer.trouble == "not-pinned-there")
    return Finding{Weight::kProblem, "peers.not_pinned", peer.name + " has not pinned this node.",
                   "It refuses each connection.",
                   "Send its operator the line of koinon id" + (peer.send.empty() ? "" : ": " + peer.send)};
  if (peer.trouble == "refused-there")
    return Finding{Weight::kWarning, "peers.refused", peer.name + " refuses this node for a while.",
                   "It got something from here that did not verify, or too much of it.",
                   "Wait some minutes. If it comes again, look for damage here (koinon fsck), then call."};
  if (peer.reach == Reach::kSilent)
    return Finding{Weight::kProblem, "peers.unreachable",
                   peer.name + " does not answer at " + peer.address +
                       (peer.reach_fault.empty() ? "" : ": " + peer.reach_fault) + ".",
                   "What it publishes comes late, by other cities, or not at all.",
                   "Try from here: nc -vz HOST PORT. If other peers are reached, call its operator; if none "
                   "is, look at this machine's line and firewall."};
  if (peer.reach == Reach::kItself)
    return Finding{Weight::kWarning, "peers.ended",
                   peer.name + " answers and shows its key, and is not connected: " + peer.state + ".",
                   "What it publishes comes late.",
                   "It is tried again within a minute. If it stays so, its log and this one's say why."};
  return Finding{
      Weight::kWarning, "peers.away",
      peer.name + " is not connected" + (peer.state.empty() ? "" : ": " + peer.state) + ".",
      peer.address.empty() ? "It has no address here, so only it can dial." : "What it publishes comes late.",
      "Wait for it, or ask its operator whether its node runs."};
}

// Two nodes of one city have one name, and are told apart by their keys.
void check_names(const std::vector<PeerFacts>& peers, Findings& out) {
  std::map<std::string, std::size_t> addresses;
  for (const PeerFacts& peer : peers) {
    if (!peer.address.empty() && !peer.paused) ++addresses[peer.address];
  }
  for (const auto& [address, count] : addresses) {
    if (count < 2) continue;
    out.push_back({Weight::kWarning, "peers.one_address",
                   std::to_string(count) + " peers are pinned with the address " + address + ".",
                   "One machine shows one key: the others are never reached there.",
                   "koinon peers shows their keys; remove the old one: koinon peer remove NODEKEY."});
  }
}

}  // namespace

Findings check(const PeersFacts& facts) {
  Findings out;
  const auto away = [](const PeerFacts& peer) { return !peer.connected && !peer.paused; };
  const auto wanted = [](const PeerFacts& peer) { return !peer.paused; };
  const auto silent = [&](const PeerFacts& peer) { return away(peer) && peer.reach == Reach::kSilent; };
  const auto count = [&](auto what) { return std::count_if(facts.peers.begin(), facts.peers.end(), what); };
  if (count(wanted) > 1 && count(silent) == count(wanted))
    out.push_back({Weight::kProblem, "peers.alone", "No peer answers at its address.",
                   "It is rather this machine's line or firewall than all of them at once.",
                   "Look whether any machine outside is reached (ping, traceroute), and whether outgoing TCP "
                   "is let through."});
  for (const PeerFacts& peer : facts.peers) {
    if (away(peer)) {
      if (auto finding = unconnected(peer); finding) out.push_back(std::move(*finding));
    }
    if (peer.lies > 0)
      out.push_back({Weight::kWarning, "peers.lies",
                     peer.name + " sent what does not verify" +
                         (peer.last_lie.empty() ? "" : ": " + peer.last_lie) + ".",
                     "Its program or machine is broken, or it lies. Nothing of it was kept.",
                     "Call its operator before you remove it. RUNBOOK, \"Peers that misbehave\"."});
  }
  check_names(facts.peers, out);
  if (facts.knocks > 0)
    out.push_back({Weight::kWarning, "peers.knocks",
                   std::to_string(facts.knocks) + " nodes knock that are not pinned here.",
                   "A city that waits for you is shut out; anybody else is shut out too.",
                   "koinon peers lists their keys: if you expect one, call that city, compare, and pin it."});
  return out;
}

}  // namespace koinon::doctor
