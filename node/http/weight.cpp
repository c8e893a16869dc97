#include "node/http/weight.h"

namespace koinon {

std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * kWholeWeight;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return std::nullopt;
  int place = kWholeWeight / 10;
  for (const char digit : text.substr(2)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    weight += (digit - '0') * place;
    place /= 10;
  }
  return weight <= kWholeWeight ? std::optional(weight) : std::nullopt;
}

}  // namespace koinon
