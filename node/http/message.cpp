#include "node/http/message.h"

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

HttpResponse problem(const Error& error) {
  boost::json::object body;
  body["type"] = "about:blank";
  body["title"] = error.text();
  body["status"] = status_of(error.code);
  body["code"] = code_name(error.code);
  body["detail"] = error.message;
  if (!error.field.empty()) body["field"] = error.field;
  if (!error.also.empty()) {  // all of them, as RFC 9457 §3 shows it
    boost::json::array errors;
    errors.push_back(boost::json::object{{"field", error.field}, {"detail", error.message}});
    for (const Error& other : error.also)
      errors.push_back(boost::json::object{{"field", other.field}, {"detail", other.message}});
    body["errors"] = std::move(errors);
  }
  HttpResponse response{status_of(error.code), "application/problem+json", boost::json::serialize(body), {}};
  if (error.code == Code::kUnauthenticated) response.headers["WWW-Authenticate"] = "Bearer";
  if (error.code == Code::kTooMany) response.headers["Retry-After"] = "60";
  return response;
}

}  // namespace koinon
