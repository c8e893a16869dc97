// What overviews count of a note and searches do not: its year, the stage of an adoption, how many people it
// says that it reached, and the agreements that a practice serves. They are taken from the note when it is
// indexed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "proto/base/types.h"

namespace koinon {

enum class AdoptionStage : unsigned char { kNone = 0, kTrying = 1, kAdopted = 2, kAdapted = 3, kStopped = 4 };
std::string_view stage_text(AdoptionStage stage);
AdoptionStage parse_stage(std::string_view text);

// Whose practice a note tells in another language.
enum class Translation : unsigned char { kNone = 0, kOfOwn = 1, kOfOther = 2 };

// In place of a number of people.
inline constexpr std::uint32_t kPeopleNotStated = UINT32_MAX;
inline constexpr std::uint32_t kPeopleInWords = UINT32_MAX - 1;  // stated, but not as a number that is clear
inline constexpr std::uint32_t kPeopleMost = UINT32_MAX - 2;

struct StatedFacts {
  std::uint16_t year = 0;  // in which its author's clock says that it was written; see note_year
  AdoptionStage stage = AdoptionStage::kNone;
  Translation translation = Translation::kNone;
  std::uint32_t people = kPeopleNotStated;
  std::vector<std::string> agreements;  // limits::kAgreementsOfNote at most, each once, as agreement_name
};

// `body`: null if it is not held. `log`: whose note it is.
StatedFacts stated_facts(const LogId& log, const v1::Entry& entry, const v1::Body* body);

// The year of a time in UTC, from kFirstYear to kLastYear; 0 otherwise: an author's clock may say anything.
inline constexpr std::uint16_t kFirstYear = 1990;
inline constexpr std::uint16_t kLastYear = 2999;
std::uint16_t note_year(UnixMillis time);

// An agreement as overviews name it: on one line, without blanks at its ends or two in a row, and at most
// limits::kAgreementBytes long. Empty: there is nothing to name.
std::string agreement_name(std::string_view text);

}  // namespace koinon
