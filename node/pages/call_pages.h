// Calls and visits: the form that asks for one, and what is said to it.
//
// On the reading thread of its areas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/api/calls_api.h"
#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"

namespace koinon {

class CallPages {
 public:
  CallPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        calls_(areas.calls),
        cities_(areas.cities),
        desk_(areas.desk),
        drafts_(areas.drafts),
        records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  // Both cities' clocks, as the form knows them.
  struct Clocks {
    TimeZone ours;
    TimeZone theirs;
    bool theirs_known = false;
    std::vector<std::string> our_zones;    // to choose from, where it is not known
    std::vector<std::string> their_zones;  // the same
  };
  // What a form has for times, read: at most limits::kCallTimes.
  struct TypedTimes {
    std::vector<CallTime> times;
    std::vector<Error> faults;
  };

  boost::asio::awaitable<HttpResponse> call_form(Visit visit);
  boost::asio::awaitable<HttpResponse> call(Visit visit);
  boost::asio::awaitable<HttpResponse> reply_form(Visit visit);
  boost::asio::awaitable<HttpResponse> reply(Visit visit);
  boost::asio::awaitable<HttpResponse> calendar(Visit visit);
  // A form with what was typed and, where something is wrong, what.
  boost::asio::awaitable<HttpResponse> show_call(Visit visit, std::optional<Error> failed);
  boost::asio::awaitable<HttpResponse> show_reply(Visit visit, std::optional<Error> failed);
  // The visit with a draft of this kind in the fields of its form.
  boost::asio::awaitable<Result<Visit>> filled(Visit visit);
  // `city`: as this node names it; empty: nobody is asked yet.
  boost::asio::awaitable<Clocks> clocks(Visit visit, std::string city, std::string their_zone);
  static TypedTimes typed_times(const Visit& visit, const TimeZone& zone, UnixMillis now);
  // The rows of the form, each with the time where the other city is.
  static void put_times(const Visit& visit, const Clocks& clocks, UnixMillis now, const FormFaults& faults,
                        boost::json::object& model);

  PageFrame& frame_;
  CallsApi& calls_;
  CitiesApi& cities_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
};

}  // namespace koinon
