#include "crypto/hash.h"
#include "node/api/api.h"
#include "proto/base/encoding.h"

namespace koinon {

HttpRequest without_body(const HttpRequest& request) {
  HttpRequest out;
  out.method = request.method;
  out.route = request.route;
  out.args = request.args;
  out.remote = request.remote;
  out.caller = request.caller;
  return out;
}

HttpResponse conditional(const HttpRequest& request, HttpResponse response) {
  if (response.status != 200) return response;
  const std::string tag = "\"" + to_hex(sha256(response.body).view()).substr(0, 32) + "\"";
  response.headers["ETag"] = tag;
  response.headers.try_emplace("Cache-Control", "no-cache");
  const std::string wanted = request.header("if-none-match");
  if (wanted == "*" || wanted.find(tag) != std::string::npos) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace koinon
