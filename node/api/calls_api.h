// Calls and visits of our city: which there are, what is to be done about them, their calendar files, and
// what is known of the clocks of a city that one would like to call.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_city.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/call_view.h"
#include "node/text/params.h"

namespace koinon {

struct CallListQuery {
  std::optional<CallPhase> phase;  // only those in this phase; nothing: in any
  std::size_t limit = limits::kPageSize;
};
// Reads phase and limit.
Result<CallListQuery> read_call_list_query(const Params& params);

// A call, and what our city is to do next.
struct CallItem {
  CallView call;
  CallTask task = CallTask::kNone;
};

struct CallFile {
  std::string text;  // RFC 5545
};

struct CityClockView {
  std::string city;
  std::string time_zone;  // that it has named itself, or the only one of its country; empty: not known
  std::string country;    // ISO 3166-1; empty: its profile does not say it
  std::vector<std::string> zones;  // of that country
};

class CallsApi {
 public:
  explicit CallsApi(ApiShared& shared);

  // Of an observer there are none.
  const Operation<CallListQuery, std::vector<CallItem>> list;
  // kNotFound: it is no call, or no time is agreed on.
  const Operation<NamedRecord, CallFile> calendar;
  const Operation<NamedCity, CityClockView> clock;

 private:
  Result<std::vector<CallItem>> our_calls(const Asker& asker, const CallListQuery& query);
  Result<CallFile> find_calendar(const Asker& asker, const NamedRecord& named);
  Result<CityClockView> city_clock(const Asker& asker, const NamedCity& named);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
