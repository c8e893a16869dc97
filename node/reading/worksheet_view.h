// Would a practice of another city work in ours? What is asked, what an office answers, and what follows from
// the answers. Pure functions, for any thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "proto/base/types.h"
#include "storage/search/note_facts.h"

namespace koinon {

enum class NeedAnswer : unsigned char { kNone, kHave, kCanGet, kLack, kUnsure };
enum class CoreAnswer : unsigned char { kNone, kYes, kPartly, kNo };
// Whether a difference between two cities matters.
enum class Matters : unsigned char { kNone, kYes, kNo, kUnsure };
enum class WorksheetVerdict : unsigned char { kNone, kFits, kFitsWithChanges, kMissing, kTooEarly };

// As programs and forms write them; empty: kNone.
std::string_view word_of(NeedAnswer answer);
std::string_view word_of(CoreAnswer answer);
std::string_view word_of(Matters answer);
std::string_view word_of(WorksheetVerdict verdict);
// Nothing: it is none of these.
std::optional<NeedAnswer> read_need_answer(std::string_view text);
std::optional<CoreAnswer> read_core_answer(std::string_view text);
std::optional<Matters> read_matters(std::string_view text);
std::optional<WorksheetVerdict> read_fit_verdict(std::string_view text);

// In what two cities are compared: CityMeasures has them.
inline constexpr std::array<std::string_view, 4> kContextMeasures = {"population", "climate", "income",
                                                                     "density"};

struct WorksheetNeed {
  std::string what;  // mandate, money, people, partners, place, data; another city may say something else
  std::string text;  // one plain line, at most limits::kNeedBytes; may be empty
};
struct WorksheetQuestions {
  std::vector<WorksheetNeed> needs;
  bool general = false;  // the practice names no need: each of the six kinds is asked about
  std::string core;      // Markdown of the other city; empty: the practice does not say
};
// The same practice always has the same questions. Of its needs the first limits::kNeeds are asked about.
WorksheetQuestions questions_of(const v1::Practice& practice);

struct NeedReply {
  NeedAnswer answer = NeedAnswer::kNone;
  std::string remark;  // one line, at most limits::kWorksheetRemarkBytes
};
struct WorksheetAnswers {
  std::vector<NeedReply> needs;  // of each need that is asked about, in that order
  CoreAnswer core = CoreAnswer::kNone;
  std::array<Matters, kContextMeasures.size()> context = {};
  std::string changes;  // Markdown: what we would change
  std::string plan;     // Markdown: who does what by when
  WorksheetVerdict verdict =
      WorksheetVerdict::kNone;  // that people have given; none: the proposed one stands
};

// What follows from the answers.
struct ProposedVerdict {
  WorksheetVerdict verdict = WorksheetVerdict::kTooEarly;
  std::vector<std::size_t> lacking;  // needs, by their place
  std::vector<std::size_t> to_get;
  std::vector<std::size_t> open;  // not answered, or not known
  bool core_lost = false;
  bool core_open = false;
};
// The rule: something is missing where a need is lacking or the core cannot be kept, whatever else is not
// known yet. Else it is too early while anything is open. Else it fits with changes where the core is kept in
// part, a difference between the cities matters, or somebody has written what they would change. Else it
// fits.
ProposedVerdict propose_verdict(const WorksheetAnswers& answers);
// The one that stands: that of people, or the proposed one.
WorksheetVerdict verdict_of(const WorksheetAnswers& answers);

// A worksheet with all that is shown of it.
struct WorksheetView {
  std::string ref;
  std::string city;  // the name of the practice's log on this node
  std::string title;
  std::string language;  // of the practice, BCP 47
  WorksheetQuestions questions;
  WorksheetAnswers answers;
  ProposedVerdict proposed;
  CityMeasures they;
  CityMeasures we;
  std::string office;
  std::string by;            // the account that changed it last; empty: it is gone, or nobody has
  std::int64_t version = 0;  // 0: nobody has begun it
  std::optional<UnixMillis> updated_at;
};

}  // namespace koinon
