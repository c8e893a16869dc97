#include "node/reading/worksheet_view.h"

#include <algorithm>

#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 5> kNeedAnswers = {"", "have", "can-get", "lack", "unsure"};
constexpr std::array<std::string_view, 4> kCoreAnswers = {"", "yes", "partly", "no"};
constexpr std::array<std::string_view, 4> kMatters = {"", "yes", "no", "unsure"};
constexpr std::array<std::string_view, 5> kVerdicts = {"", "fits", "fits-with-changes", "missing",
                                                       "too-early"};
constexpr std::array<std::string_view, 6> kKinds = {"mandate",  "money", "people",
                                                    "partners", "place", "data"};
constexpr std::size_t kKindBytes = 50;  // of a kind that we do not know

template <typename Value, std::size_t N>
std::optional<Value> value_named(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto it = std::find(names.begin(), names.end(), text);
  if (it == names.end()) return std::nullopt;
  return static_cast<Value>(it - names.begin());
}

std::string line_of(const std::string& text, std::size_t most) {
  return plain_line(clipped_utf8(text, most));
}

}  // namespace

std::string_view word_of(NeedAnswer answer) { return kNeedAnswers.at(static_cast<std::size_t>(answer)); }
std::string_view word_of(CoreAnswer answer) { return kCoreAnswers.at(static_cast<std::size_t>(answer)); }
std::string_view word_of(Matters answer) { return kMatters.at(static_cast<std::size_t>(answer)); }
std::string_view word_of(WorksheetVerdict verdict) { return kVerdicts.at(static_cast<std::size_t>(verdict)); }

std::optional<NeedAnswer> read_need_answer(std::string_view text) {
  return value_named<NeedAnswer>(kNeedAnswers, text);
}
std::optional<CoreAnswer> read_core_answer(std::string_view text) {
  return value_named<CoreAnswer>(kCoreAnswers, text);
}
std::optional<Matters> read_matters(std::string_view text) { return value_named<Matters>(kMatters, text); }
std::optional<WorksheetVerdict> read_fit_verdict(std::string_view text) {
  return value_named<WorksheetVerdict>(kVerdicts, text);
}

WorksheetQuestions questions_of(const v1::Practice& practice) {
  WorksheetQuestions out;
  out.core = practice.core();
  for (const v1::Need& need : practice.needs()) {
    if (out.needs.size() == limits::kNeeds) break;
    out.needs.push_back({line_of(need.what(), kKindBytes), line_of(need.text(), limits::kNeedBytes)});
  }
  out.general = out.needs.empty();
  if (!out.general) return out;
  for (const std::string_view kind : kKinds) out.needs.push_back({std::string(kind), ""});
  return out;
}

ProposedVerdict propose_verdict(const WorksheetAnswers& answers) {
  ProposedVerdict out;
  for (std::size_t i = 0; i < answers.needs.size(); ++i) {
    const NeedAnswer answer = answers.needs[i].answer;
    if (answer == NeedAnswer::kLack) out.lacking.push_back(i);
    if (answer == NeedAnswer::kCanGet) out.to_get.push_back(i);
    if (answer == NeedAnswer::kNone || answer == NeedAnswer::kUnsure) out.open.push_back(i);
  }
  out.core_lost = answers.core == CoreAnswer::kNo;
  out.core_open = answers.core == CoreAnswer::kNone;
  const bool differs =
      std::find(answers.context.begin(), answers.context.end(), Matters::kYes) != answers.context.end();
  if (!out.lacking.empty() || out.core_lost) {
    out.verdict = WorksheetVerdict::kMissing;
  } else if (!out.open.empty() || out.core_open) {
    out.verdict = WorksheetVerdict::kTooEarly;
  } else if (answers.core == CoreAnswer::kPartly || differs || !answers.changes.empty()) {
    out.verdict = WorksheetVerdict::kFitsWithChanges;
  } else {
    out.verdict = WorksheetVerdict::kFits;
  }
  return out;
}

WorksheetVerdict verdict_of(const WorksheetAnswers& answers) {
  return answers.verdict == WorksheetVerdict::kNone ? propose_verdict(answers).verdict : answers.verdict;
}

}  // namespace koinon
