#include "node/api/api_request.h"

namespace koinon {

Asker asker_of(const ApiRequest& request) {
  return {request.caller, request.local, request.remote, request.header("host"), request.uid};
}

std::string target_of(const ApiRequest& request) {
  std::string out;
  for (const auto& [name, value] : request.args) out += (out.empty() ? "" : "/") + value;
  return out;
}

}  // namespace koinon
