#include "storage/search/stated_facts.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/search/people_number.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 5> kStages = {"", "trying", "adopted", "adapted", "stopped"};

// The first note that it translates counts, as everywhere.
Translation translation_of(const LogId& log, const v1::Entry& entry) {
  for (const auto& ref : entry.refs()) {
    if (ref.role() != v1::REF_ROLE_TRANSLATES) continue;
    return ref.log_id() == log.bytes() ? Translation::kOfOwn : Translation::kOfOther;
  }
  return Translation::kNone;
}

std::uint32_t people_of(const std::string& text, const std::string& language) {
  if (trimmed(text).empty()) return kPeopleNotStated;
  const auto number = people_number(text, language);
  return number && *number <= kPeopleMost ? static_cast<std::uint32_t>(*number) : kPeopleInWords;
}

}  // namespace

std::string_view stage_text(AdoptionStage stage) { return kStages.at(static_cast<std::size_t>(stage)); }

AdoptionStage parse_stage(std::string_view text) {
  const auto* const it = std::find(kStages.begin() + 1, kStages.end(), text);
  return it == kStages.end() ? AdoptionStage::kNone : static_cast<AdoptionStage>(it - kStages.begin());
}

std::uint16_t note_year(UnixMillis time) {
  using std::chrono::year;
  constexpr auto ms_at = [](int of) {
    return std::chrono::milliseconds(
               std::chrono::sys_days(year(of) / std::chrono::January / 1).time_since_epoch())
        .count();
  };
  if (time.value < ms_at(kFirstYear) || time.value >= ms_at(kLastYear + 1)) return 0;
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time.value)));
  return static_cast<std::uint16_t>(static_cast<int>(std::chrono::year_month_day(day).year()));
}

std::string agreement_name(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
    if (!blank) out += c;
    if (blank && !out.ends_with(' ')) out += ' ';
  }
  return trimmed(clipped_utf8(out, limits::kAgreementBytes));
}

StatedFacts stated_facts(const LogId& log, const v1::Entry& entry, const v1::Body* body) {
  StatedFacts out;
  out.year = note_year({entry.created_at_ms()});
  out.translation = translation_of(log, entry);
  if (body == nullptr) return out;
  if (body->has_adoption()) {
    out.stage = parse_stage(body->adoption().stage());
    out.people = people_of(body->adoption().people_reached(), entry.language());
  }
  if (!body->has_practice()) return out;
  out.people = people_of(body->practice().people_reached(), entry.language());
  for (const auto& one : body->practice().commitments()) {
    if (out.agreements.size() >= limits::kAgreementsOfNote) break;
    std::string name = agreement_name(one.agreement());
    if (name.empty() || std::find(out.agreements.begin(), out.agreements.end(), name) != out.agreements.end())
      continue;
    out.agreements.push_back(std::move(name));
  }
  return out;
}

}  // namespace koinon
