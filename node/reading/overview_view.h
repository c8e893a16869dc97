// Which adoptions a city should report on again. Only its newest thousand are looked at.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

struct FollowUpView {
  std::string of;     // the practice's ref
  std::string title;  // empty: the practice is not here
  int months = 0;     // the result of follow_up_due
  std::string stage;
  std::string last;      // the ref of the last adoption
  std::string language;  // of the title
};

// A city is asked how an adoption went 3, 6 and 12 months (of 30 days) after it first wrote of it, unless it
// has written since. Returns for which of these months it is due now, 0 if for none.
int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now);

// The adoptions of `own` about which it is asked now.
Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now);

}  // namespace koinon
