#include "tools/doctor/ports.h"

#include <algorithm>
#include <initializer_list>

namespace koinon::doctor {
namespace {

constexpr std::size_t kTelling = 2;  // so many peers that never came in say something

void check_port(const Port& port, const std::string& what, const std::string& option, Findings& out) {
  if (port.listen.empty()) return;
  const std::string where = port.listen + ":" + std::to_string(port.number);
  if (port.taken)
    out.push_back({Weight::kProblem, "ports." + what + "_taken",
                   "Another program has the port " + where + ".", "koinond does not start.",
                   "Find it (ss -ltnp) and end it, or choose another " + option + "."});
  if (port.closed)
    out.push_back({Weight::kProblem, "ports." + what + "_closed",
                   "Nothing answers on the port " + where + ".",
                   what == "peer" ? "Nobody can dial this node." : "Nobody can read here.",
                   "koinond was started with other ports than koinond.toml says, or a packet filter of this "
                   "machine drops its own connections: ss -ltnp, nft list ruleset."});
}

using Found = FromOutside::Found;

std::vector<const FromOutside*> who_found(const PortFacts& facts, std::initializer_list<Found> which) {
  std::vector<const FromOutside*> out;
  for (const FromOutside& one : facts.outside) {
    if (std::find(which.begin(), which.end(), one.found) != which.end()) out.push_back(&one);
  }
  return out;
}

std::string hindrance(const FromOutside& one) {
  switch (one.found) {
    case Found::kNoNode:
      return one.peer + " finds another program at " + one.dialled;
    case Found::kRefused:
      return one.peer + " finds nobody who listens at " + one.dialled;
    case Found::kNotLookedUp:
      return one.peer + " finds no address of " + one.dialled;
    default:
      return one.peer + " gets no answer from " + one.dialled;
  }
}

std::string hindrances(const std::vector<const FromOutside*>& all) {
  std::vector<std::string> out;
  for (const FromOutside* one : all) out.push_back(hindrance(*one));
  return listed(out);
}

// What connected peers say who were asked to dial this node.
void check_outside(const PortFacts& facts, Findings& out) {
  const auto reached = who_found(facts, {Found::kUs});
  const auto others = who_found(facts, {Found::kOther});
  const auto missed =
      who_found(facts, {Found::kNoNode, Found::kRefused, Found::kSilent, Found::kNotLookedUp});
  if (!others.empty())
    out.push_back(
        {Weight::kProblem, "ports.outside_other",
         "Seen from " + others.front()->peer + ", another node answers at " + others.front()->dialled + ".",
         "Peers that dial this node refuse what they find: they have pinned this node's key.",
         "Mend the name (DNS) or the forwarding of the port, or `address`; if this node moved, see "
         "RUNBOOK, \"Moving\"."});
  if (missed.empty()) return;
  if (!reached.empty()) {
    out.push_back({Weight::kWarning, "ports.outside_some",
                   "Some peers reach this node when they dial it, others do not: " + hindrances(missed) + ".",
                   "Those live by what this node dials itself: after a break they wait for it.",
                   "Compare what they dial with `address`; if it is the same, look for a firewall that lets "
                   "some networks in alone."});
    return;
  }
  out.push_back(
      {Weight::kProblem, "ports.outside",
       "No peer that was asked reaches this node when it dials it: " + hindrances(missed) + ".",
       "This node lives by what it dials itself, and new peers must be dialled: whoever has its line "
       "dials in vain.",
       "Compare the port of `address` (" + facts.address + ") with peer.port (" +
           std::to_string(facts.peers.number) +
           "), forward it to this machine, and open the firewall for it (nft list ruleset). If this "
           "node cannot be reached, empty `address`."});
}

Findings check_address(const PortFacts& facts) {
  if (is_loopback(facts.peers.listen) && !facts.address_is_loopback)
    return {
        {Weight::kProblem, "ports.loopback",
         "Others are told " + facts.address + ", and peers are served on " + facts.peers.listen + " alone.",
         "No other machine can connect.", "Set listen = \"0.0.0.0\" (or \"::\"), and restart koinond."}};
  if (facts.address_is_loopback && facts.peers_are_elsewhere)
    return {{Weight::kProblem, "ports.address_loopback",
             "Others are told " + facts.address + ", which is each machine's own.", "They dial themselves.",
             "Set `address` to the name and port at which other cities reach this machine."}};
  if (facts.own_address == PortFacts::Reach::kOther)
    return {{Weight::kProblem, "ports.address_other",
             "At this node's own address, " + facts.address + ", another node answers.",
             "Peers refuse it: they have pinned this node's key.",
             "Mend the name (DNS) or the forwarding of the port; if this node moved, see RUNBOOK, "
             "\"Moving\"."}};
  if (facts.address_is_private && facts.peers_are_elsewhere)
    return {{Weight::kWarning, "ports.address_private",
             "Others are told " + facts.address + ", an address of a private network.",
             "Cities outside of it cannot dial this node; sessions that it dials itself work.",
             "Set `address` to what other cities reach, and forward its port here; or empty it."}};
  const bool peers_tell = std::any_of(facts.outside.begin(), facts.outside.end(),
                                      [](const auto& one) { return one.found != Found::kNothing; });
  const bool nobody_came = !peers_tell && !facts.came_in && facts.peers_connected >= kTelling;
  if (nobody_came && facts.own_address == PortFacts::Reach::kSilent)
    return {{Weight::kWarning, "ports.outside",
             "Nobody has dialled this node, and nothing answers at " + facts.address + " from here.",
             "If it cannot be reached from outside, it lives by what it dials itself, and new peers must be "
             "dialled.",
             "Ask a peer to try: nc -vz " + facts.address.substr(0, facts.address.rfind(':')) + " " +
                 facts.address.substr(facts.address.rfind(':') + 1) +
                 ". Then look at the firewall and the forwarding of the port."}};
  return {};
}

}  // namespace

bool is_loopback(const std::string& listen) { return listen.starts_with("127.") || listen == "::1"; }

Findings check(const PortFacts& facts) {
  Findings out;
  check_port(facts.peers, "peer", "peer.port", out);
  check_port(facts.http, "http", "http.port", out);
  if (facts.address.empty()) return out;
  if (facts.peers.listen.empty()) {
    out.push_back({Weight::kProblem, "ports.not_served",
                   "Others are told " + facts.address + ", and `listen` is empty: peers are not served.",
                   "They dial in vain.", "Set `listen`, or empty `address`."});
    return out;
  }
  for (Finding& one : check_address(facts)) out.push_back(std::move(one));
  // What is wrong here already is not told a second time, as others see it.
  if (out.empty()) check_outside(facts, out);
  return out;
}

}  // namespace koinon::doctor
