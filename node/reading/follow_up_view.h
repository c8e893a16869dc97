// What our city said of the practices that it adopts, and of which of them it is asked how it goes.
//
// A city is asked 3, 6 and 12 months (of 30 days) after its first word on a practice, unless it has said
// something since. It is not asked about what was withdrawn, nor where it said that it stopped, or that it
// did not work: that is an answer already. The times are those of its own clock. A word that is dated ahead,
// since the clock was, counts from that date.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/directory.h"

namespace koinon {

struct FollowUpView {
  std::string of;        // the practice's ref: of its newest version
  std::string title;     // of the practice, or of our adoption where that is not here
  std::string language;  // of the title
  std::string of_city;
  int months = 0;  // for which of the months it is asked now; 0: it is not
  std::string stage;
  std::string outcome;  // empty: it stated none
  std::string last;     // the ref of the last adoption
  UnixMillis said_at;   // when that was written
  bool over = false;    // that is an answer for good
};

// For which of its months it is due now, 0 if for none.
int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now);
// When so many months were over.
UnixMillis follow_up_time(UnixMillis first, int months);

// What is due, what came due last first; where the practice was withdrawn, too. The cost grows with the
// adoptions of `own`.
struct DueWords {
  AdoptionWords words;
  int months = 0;
};
Result<std::vector<DueWords>> read_due_words(IndexReader& index, const LogId& own, UnixMillis now);
// What the last of these words says. Nothing: it or the practice was withdrawn, or its text is not here.
Result<std::optional<v1::Adoption>> read_last_word(StoreReader& store, IndexReader& index, const LogId& own,
                                                   const AdoptionWords& words);
// What was said, in full, and for which months it is asked. Nothing: as above.
Result<std::optional<FollowUpView>> read_follow_up(Directory& directory, StoreReader& store,
                                                   IndexReader& index, const LogId& own, const DueWords& due);

// The adoptions of `own` about which it is asked now, what came due last first, limits::kFollowUps at most.
Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now);
// What `own` said of the practice that stands there, in whatever version, whether it is asked or not.
// Nothing: it said nothing that stands.
Result<std::optional<FollowUpView>> read_our_word(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own,
                                                  const std::pair<LogId, EntryIndex>& of, UnixMillis now);

}  // namespace koinon
