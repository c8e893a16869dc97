#include "node/http/message.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json.hpp>

namespace koinon {

unsigned status_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kMalformed:
      return 400;
    case Code::kTooLarge:
      return 413;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kRefused:
      return 403;
    case Code::kUnauthenticated:
      return 401;
    case Code::kTooMany:
      return 429;
    case Code::kWrongMethod:
      return 405;
    case Code::kUnavailable:
      return 503;
    case Code::kDiskFull:
      return 507;
    case Code::kBadSignature:
    case Code::kBadProof:
      return 422;
    default:
      return 500;
  }
}

namespace {

// The phrase of a status (RFC 9110, RFC 6585, RFC 4918). A problem of the type about:blank has it as its
// title.
std::string_view phrase_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

// Whether the error's field is one of the request: a parameter, a header, or a member of the body. An error
// may also name a part of the node, what the caller is, or the whole address.
bool names_input(const Error& error, unsigned status) {
  if (error.field.empty() || status >= 500 || status == 405 || status == 429) return false;
  constexpr std::array<std::string_view, 5> kNoInput = {"role", "account", "session", "observer", "target"};
  return std::find(kNoInput.begin(), kNoInput.end(), error.field) == kNoInput.end();
}

}  // namespace

HttpResponse problem(const Error& error) {
  const unsigned status = status_of(error.code);
  boost::json::object body;
  body["type"] = "about:blank";
  body["title"] = phrase_of(status);
  body["status"] = status;
  body["code"] = code_name(error.code);
  body["detail"] = error.message;
  if (names_input(error, status)) body["field"] = error.field;
  if (!error.also.empty()) {  // all of them, as RFC 9457 §3 shows it
    boost::json::array errors;
    errors.push_back(boost::json::object{{"field", error.field}, {"detail", error.message}});
    for (const Error& other : error.also)
      errors.push_back(boost::json::object{{"field", other.field}, {"detail", other.message}});
    body["errors"] = std::move(errors);
  }
  HttpResponse response{status, "application/problem+json", boost::json::serialize(body), {}};
  if (error.code == Code::kUnauthenticated) response.headers["WWW-Authenticate"] = "Bearer";
  if (error.code == Code::kTooMany) response.headers["Retry-After"] = "60";
  return response;
}

}  // namespace koinon
