#include "tools/doctor/signing.h"

#include <set>

namespace koinon::doctor {
namespace {

// Other checks say more of these.
const std::set<std::string>& told_elsewhere() {
  static const std::set<std::string> kIds = {"signing",  "standing", "clock", "disk",   "index",
                                             "unpinned", "away",     "lies",  "knocks", "missing"};
  return kIds;
}

}  // namespace

Findings check(const SigningFacts& facts) {
  Findings out;
  if (facts.state == "stopped")
    out.push_back(
        {Weight::kProblem, "signing.stopped", "This node has stopped signing: " + facts.why + ".",
         "What is published is kept, and does not leave this node.",
         "It goes on only once somebody repairs it. RUNBOOK, \"A forked log\", \"Our log is frozen\"."});
  if (facts.state == "waits")
    out.push_back({Weight::kWarning, "signing.waits", "This node does not sign now: " + facts.why + ".",
                   "What is published is kept, and signed in its order once it may.",
                   "koinon status says for whom or what it waits. RUNBOOK, \"A restored node\"."});
  for (const SigningFacts::Alarm& alarm : facts.alarms) {
    if (told_elsewhere().contains(alarm.id)) continue;
    out.push_back({alarm.critical ? Weight::kProblem : Weight::kWarning, "alarm." + alarm.id,
                   "The alarm " + alarm.id + " stands: " + alarm.text + ".",
                   alarm.critical ? "The node does not do all of its work." : "Somebody should look.",
                   "RUNBOOK, \"Alarms\", says what to do."});
  }
  return out;
}

}  // namespace koinon::doctor
