#include "node/pages/operations.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "node/api/api.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// The segments of a pattern with what it names put in.
std::vector<std::string> path_of(const std::string& pattern, const std::map<std::string, std::string>& args) {
  std::vector<std::string> out;
  for (std::size_t begin = 1; begin <= pattern.size();) {
    const auto end = std::min(pattern.find('/', begin), pattern.size());
    const std::string segment = pattern.substr(begin, end - begin);
    const bool named = segment.starts_with('{');
    const auto it = named ? args.find(segment.substr(1, segment.size() - 2)) : args.end();
    out.push_back(it == args.end() ? segment : it->second);
    begin = end + 1;
  }
  return out;
}

}  // namespace

Error OperationResult::problem() const { return told(text_at(body, "detail")); }
std::string OperationResult::field() const { return text_at(body, "field"); }

Error OperationResult::told(const std::string& sentence) const {
  const auto it = std::find_if(response.told.begin(), response.told.end(),
                               [&](const Error& error) { return error.message == sentence; });
  return it == response.told.end() ? fail(Code::kInternal, sentence) : *it;
}

const Route* Operations::find(const std::string& id) const {
  const auto& all = routes_.routes();
  const auto it = std::find_if(all.begin(), all.end(), [&](const Route& route) { return route.id == id; });
  return it == all.end() ? nullptr : &*it;
}

bool Operations::may(const std::string& id, const Caller& caller) const {
  const Route* route = find(id);
  return route != nullptr && check_need(caller, route->need, public_reading_).ok();
}

bool Operations::changes(const std::string& id) const {
  const Route* route = find(id);
  return route != nullptr && route->method != "GET";
}

asio::awaitable<OperationResult> Operations::call(std::string id, ApiRequest from,
                                                  OperationInput input) const {
  const Route* route = find(id);
  OperationResult out;
  ApiRequest request;
  if (route == nullptr) {
    out.response = problem(fail(Code::kInternal, "there is no such operation", id));
  } else if (const Status may = check_need(from.caller, route->need, public_reading_); !may.ok()) {
    out.response = problem(may.error());
  } else if (const Status person = check_person(from.caller, route->takes_person); !person.ok()) {
    out.response = problem(person.error());
  } else {
    request.method = route->method;
    request.path = path_of(route->pattern, input.args);
    request.args = input.args;
    std::erase_if(input.query, [](const auto& item) { return item.second.empty(); });
    request.query = std::move(input.query);
    request.headers = std::move(input.headers);
    request.headers["host"] = from.header("host");
    request.body = input.has_body ? json::serialize(input.body) : std::move(input.bytes);
    request.local = from.local;
    request.peer = from.peer;
    request.remote = from.remote;
    request.caller = from.caller;
    request.route = route;
    const ApiRequest head = without_body(request);
    out.response = co_await route->handle(std::move(request));
    if (route->changes() && !route->operations_note) audit_(head, out.response);
  }
  out.status = out.response.status;
  if (out.response.content_type.find("json") != std::string::npos && !out.response.body.empty()) {
    boost::system::error_code error;
    json::value value = json::parse(out.response.body, error);
    if (!error && value.is_object()) out.body = std::move(value.as_object());
  }
  co_return out;
}

const json::object& object_at(const json::object& object, std::string_view key) {
  static const json::object kNone;
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : kNone;
}

const json::array& array_at(const json::object& object, std::string_view key) {
  static const json::array kNone;
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->as_string());
  if (!found->is_double()) return found->is_number() ? json::serialize(*found) : std::string();
  // As people write it: 21000000, not 2.1E7.
  std::array<char, 400> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), found->as_double(),
                                          std::chars_format::fixed);
  return error == std::errc() ? std::string(digits.data(), end) : std::string();
}

std::int64_t number_at(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  boost::system::error_code error;
  const auto number = found == nullptr || !found->is_number() ? 0 : found->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

}  // namespace koinon
