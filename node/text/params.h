// The parameters of an address: ?q=water&limit=20. Pure.
#pragma once

#include <map>
#include <string>

namespace koinon {

// Decoded. Of equal names the last one counts. An empty value is the same as no parameter.
using Params = std::map<std::string, std::string>;

// Empty if the parameter is not there.
inline std::string param(const Params& params, const std::string& name) {
  const auto it = params.find(name);
  return it == params.end() ? std::string() : it->second;
}

}  // namespace koinon
