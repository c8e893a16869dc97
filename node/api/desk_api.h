// What an office does at its desk: publishes and takes back, now or later, and imports. Whatever is to be
// signed is asked of the gate here; what waits goes to the hold queue.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

class DeskApi {
 public:
  explicit DeskApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);
  // Signs what a request asks for, or holds it, as the gate says.
  boost::asio::awaitable<HttpResponse> sign_or_hold(boost::json::object object, Caller caller);

 private:
  // What a request asks to be signed, with what the gate says of it. `at` and `hold` are taken out of it.
  struct Asked {
    boost::json::object request;
    Publisher::Prepared prepared;
    Verdict verdict;
    UnixMillis at;       // when it was asked
    bool timed = false;  // a time was named for it
  };
  Result<Asked> ask_gate(boost::json::object object, const Caller& caller);
  Result<HeldNote> hold(const Asked& asked, const Caller& caller);

  boost::asio::awaitable<HttpResponse> publish(ApiRequest request);
  boost::asio::awaitable<HttpResponse> withdraw(ApiRequest request);
  Result<HttpResponse> preview(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> import_notes(ApiRequest request);
  boost::json::object import_one(const boost::json::value& note, const Caller& caller, bool dry,
                                 std::vector<std::pair<std::size_t, Asked>>& to_sign, std::size_t number);

  Result<HttpResponse> held(const ApiRequest& request);
  Result<boost::json::object> shown_held(const HeldNote& note);
  // What may hold the same text still, once one of our records was erased.
  Result<boost::json::object> left_over(EntryIndex erased, const Caller& caller);
  Result<HttpResponse> one_held(const ApiRequest& request);
  Result<HttpResponse> cancel_held(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> release_held(ApiRequest request);
  Result<HeldNote> held_note(const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
