#include "tools/doctor/examination.h"

#include <algorithm>

namespace koinon::doctor {
namespace {

template <typename Subject>
void look(const std::string& name, const std::optional<Subject>& subject, Examination& out) {
  if (!subject) return;
  out.looked_at.push_back(name);
  for (Finding& finding : check(*subject)) out.findings.push_back(std::move(finding));
}

// That what others send waits (the alarm `reserve`) is what a full disk or a full store does: no second
// fault.
void tell_of_room_once(Findings& findings) {
  const bool told = std::any_of(findings.begin(), findings.end(), [](const Finding& one) {
    return one.id == "disk.full" || one.id == "disk.quota";
  });
  if (told) std::erase_if(findings, [](const Finding& one) { return one.id == "alarm.reserve"; });
}

}  // namespace

Examination examine(const Facts& facts) {
  Examination out;
  look("daemon", std::optional(facts.daemon), out);
  look("configuration", facts.configuration, out);
  look("files", facts.files, out);
  look("keys", facts.keys, out);
  look("disk", facts.disk, out);
  look("limits", facts.limits, out);
  look("clock", facts.clock, out);
  look("signing", facts.signing, out);
  look("names", facts.names, out);
  look("ports", facts.ports, out);
  look("peers", facts.peers, out);
  look("lag", facts.lag, out);
  look("versions", facts.versions, out);
  tell_of_room_once(out.findings);
  Findings sorted;
  for (const Weight weight : {Weight::kProblem, Weight::kWarning}) {
    for (const Finding& finding : out.findings) {
      if (finding.weight == weight) sorted.push_back(finding);
    }
  }
  out.findings = std::move(sorted);
  return out;
}

std::string examination_text(const Examination& examination, const std::vector<std::string>& unlooked) {
  std::string out;
  for (const Finding& finding : examination.findings) {
    out += std::string(weight_word(finding.weight)) + "  " + finding.id + "\n";
    out += "  what   " + finding.what + "\n  why    " + finding.why + "\n  to do  " + finding.todo + "\n\n";
  }
  for (const std::string& one : unlooked) out += "Not looked at: " + one + "\n";
  out += "Looked at " + listed(examination.looked_at) + ". ";
  if (examination.findings.empty()) return out + "Nothing is wrong.\n";
  const auto problems = std::count_if(examination.findings.begin(), examination.findings.end(),
                                      [](const Finding& one) { return one.weight == Weight::kProblem; });
  const auto warnings = static_cast<std::ptrdiff_t>(examination.findings.size()) - problems;
  return out + std::to_string(problems) + (problems == 1 ? " problem, " : " problems, ") +
         std::to_string(warnings) + (warnings == 1 ? " warning.\n" : " warnings.\n");
}

}  // namespace koinon::doctor
