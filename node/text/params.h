// The names with their values in an address: ?q=water&limit=20. Pure.
#pragma once

#include <map>
#include <string>

namespace koinon {

// Decoded; the last of equal names. What is empty is not said.
using Params = std::map<std::string, std::string>;

// Empty where it is not said.
inline std::string param(const Params& params, const std::string& name) {
  const auto it = params.find(name);
  return it == params.end() ? std::string() : it->second;
}

}  // namespace koinon
