#include "tools/doctor/versions.h"

#include <array>
#include <cstdlib>
#include <optional>

namespace koinon::doctor {
namespace {

using Version = std::array<long, 3>;
constexpr std::string_view kAgent = "koinon/";

// 1.2.3, with anything behind it. Nothing: it is another program's.
std::optional<Version> parse(std::string_view text) {
  Version out{};
  const std::string copy(text);
  const char* at = copy.c_str();
  for (long& part : out) {
    char* end = nullptr;
    part = std::strtol(at, &end, 10);
    if (end == at) return std::nullopt;
    at = *end == '.' ? end + 1 : end;
  }
  return out;
}

}  // namespace

Findings check(const VersionFacts& facts) {
  Findings out;
  if (!facts.daemon.empty() && facts.daemon != facts.program)
    out.push_back({Weight::kWarning, "versions.daemon",
                   "koinond " + facts.daemon + " runs, and " + facts.program + " is installed.",
                   "It was not started anew since the upgrade, or this koinon is another one.",
                   "Start it anew: " + facts.start.anew + "."});
  const auto ours = parse(facts.daemon.empty() ? facts.program : facts.daemon);
  std::vector<std::string> newer;
  std::vector<std::string> older;
  for (const VersionFacts::Peer& peer : facts.peers) {
    if (!peer.agent.starts_with(kAgent)) continue;
    const auto theirs = parse(std::string_view(peer.agent).substr(kAgent.size()));
    if (!ours || !theirs) continue;
    const std::string said = peer.name + " (" + peer.agent.substr(kAgent.size()) + ")";
    // What differs in the last number alone is mended, and speaks the same.
    const auto more = [](const Version& a, const Version& b) {
      return a[0] > b[0] || (a[0] == b[0] && a[1] > b[1]);
    };
    if (more(*theirs, *ours)) newer.push_back(said);
    if (theirs->front() < ours->front()) older.push_back(said);
  }
  if (!newer.empty())
    out.push_back({Weight::kWarning, "versions.newer", "Peers run a newer version: " + listed(newer) + ".",
                   "What they publish may have kinds that this version does not show.",
                   "Upgrade this node."});
  if (!older.empty())
    out.push_back({Weight::kWarning, "versions.older",
                   "Peers run a much older version: " + listed(older) + ".",
                   "One day the two no longer understand each other.", "Ask their operators to upgrade."});
  return out;
}

}  // namespace koinon::doctor
