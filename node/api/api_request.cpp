#include "node/api/api_request.h"

namespace koinon {

Asker asker_of(const ApiRequest& request) {
  return {request.caller, request.local, request.remote, request.header("host")};
}

std::string target_of(const ApiRequest& request) {
  std::string out;
  for (const auto& [name, value] : request.args) out += (out.empty() ? "" : "/") + value;
  return out;
}

ApiRequest without_body(const ApiRequest& request) {
  ApiRequest out;
  out.method = request.method;
  out.route = request.route;
  out.args = request.args;
  out.remote = request.remote;
  out.caller = request.caller;
  return out;
}

}  // namespace koinon
