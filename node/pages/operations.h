// The API's operations, called by pages in the name of who looks at them: the same handlers, the same rights,
// the same audit line. What a page can do the API can.
//
// On the HTTP server's thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "node/api/routes.h"

namespace koinon {

struct OperationInput {
  std::map<std::string, std::string> args;   // what the pattern names
  std::map<std::string, std::string> query;  // empty values are left out
  boost::json::object body = {};
  bool has_body = false;
  std::map<std::string, std::string> headers = {};
  std::string bytes = {};  // a body that is no JSON
};

struct OperationResult {
  unsigned status = 500;
  boost::json::object body;
  HttpResponse response;  // as it came, for what is not JSON

  bool ok() const { return status < 300; }
  Error problem() const;  // what a problem says
  std::string field() const;
  // The error of which this sentence in the body tells; one without an id where the answer brought none.
  Error told(const std::string& sentence) const;
};

class Operations {
 public:
  using Audit = std::function<void(const ApiRequest&, const HttpResponse&)>;
  Operations(const RouteTable& routes, bool public_reading, Audit audit)
      : routes_(routes), public_reading_(public_reading), audit_(std::move(audit)) {}

  // `from` is the page's own request: who asks, from where.
  boost::asio::awaitable<OperationResult> call(std::string id, ApiRequest from, OperationInput input) const;
  // Whether who asks may call it at all.
  bool may(const std::string& id, const Caller& caller) const;
  // Whether it is more than reading.
  bool changes(const std::string& id) const;

 private:
  const Route* find(const std::string& id) const;

  const RouteTable& routes_;
  bool public_reading_;
  Audit audit_;
};

// What a JSON object has under a key, or an empty one. It lives as long as the object does.
const boost::json::object& object_at(const boost::json::object& object, std::string_view key);
const boost::json::array& array_at(const boost::json::object& object, std::string_view key);
void object_at(boost::json::object&& object, std::string_view key) = delete;
void array_at(boost::json::object&& object, std::string_view key) = delete;
std::string text_at(const boost::json::object& object, std::string_view key);
std::int64_t number_at(const boost::json::object& object, std::string_view key);

}  // namespace koinon
