#include "node/api/json_response.h"

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;

HttpResponse no_content(const ApiRequest&, const Nothing&) { return {204, "application/json", "", {}}; }

HttpResponse json_response(const json::object& body, unsigned status) {
  return {status, "application/json", json::serialize(body), {}};
}

HttpResponse tagged(HttpResponse response) {
  response.headers["ETag"] = "\"" + to_hex(sha256(response.body).view()).substr(0, 32) + "\"";
  response.headers.try_emplace("Cache-Control", "no-cache");
  return response;
}

HttpResponse tagged_as(HttpResponse response, std::string_view what) {
  response.headers["ETag"] = "W/\"" + to_hex(sha256(what).view()).substr(0, 32) + "\"";
  response.headers.try_emplace("Cache-Control", "no-cache");
  return response;
}

HttpResponse conditional(const ApiRequest& request, HttpResponse response) {
  if (response.status != 200) return response;
  if (!response.headers.contains("ETag")) response = tagged(std::move(response));
  // Proxies that compress make a tag weak. Here weak and strong ones are compared alike (RFC 9110,
  // section 13.1.2).
  std::string_view tag = response.headers["ETag"];
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  const std::string wanted = request.header("if-none-match");
  if (wanted == "*" || wanted.find(tag) != std::string::npos) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace koinon
