// What an office does at its desk: publishes, now or later, drafts, imports.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "node/http/api.h"

namespace koinon {

class DeskApi {
 public:
  explicit DeskApi(ApiShared& shared)
      : shared_(shared),
        parts_(shared.parts),
        timer_(shared.parts.io),
        alive_(std::make_shared<bool>(true)) {}
  void add_routes(RouteTable& routes);
  // Signs what is held when its time comes.
  void start();

 private:
  boost::asio::awaitable<HttpResponse> publish(HttpRequest request);
  boost::asio::awaitable<HttpResponse> publish_request(boost::json::object object, Caller caller);
  Result<std::optional<HeldNote>> hold_of(boost::json::object& object, const Caller& caller);
  Result<HttpResponse> preview(const HttpRequest& request);
  boost::asio::awaitable<HttpResponse> import_notes(HttpRequest request);

  Result<HttpResponse> held(const HttpRequest& request);
  Result<HttpResponse> cancel_held(const HttpRequest& request);
  boost::asio::awaitable<HttpResponse> release_held(HttpRequest request);
  boost::asio::awaitable<void> sign_due();
  boost::asio::awaitable<Status> sign(HeldNote note);
  Result<HeldNote> held_note(const HttpRequest& request);

  Result<HttpResponse> drafts(const HttpRequest& request);
  Result<HttpResponse> add_draft(const HttpRequest& request);
  Result<HttpResponse> draft(const HttpRequest& request);
  Result<HttpResponse> change_draft(const HttpRequest& request);
  Result<HttpResponse> remove_draft(const HttpRequest& request);
  boost::asio::awaitable<HttpResponse> publish_draft(HttpRequest request);
  Result<StoredDraft> own_draft(const HttpRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace koinon
