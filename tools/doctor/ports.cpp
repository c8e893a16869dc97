#include "tools/doctor/ports.h"

namespace koinon::doctor {
namespace {

constexpr std::size_t kTelling = 2;  // so many peers that never came in say something

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

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
  const bool nobody_came = !facts.came_in && facts.peers_connected >= kTelling;
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
  return out;
}

}  // namespace koinon::doctor
