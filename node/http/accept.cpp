#include "node/http/accept.h"

#include <optional>
#include <string>
#include <vector>

#include "node/http/weight.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

struct Range {
  std::string type;  // text/html, text/*, */*
  int weight = kWholeWeight;
};

std::optional<Range> read_range(std::string_view text) {
  const std::vector<std::string> parts = split(text, ';');
  if (parts.empty()) return std::nullopt;
  Range out{ascii_lower(trimmed(parts[0]))};
  if (out.type.find('/') == std::string::npos) return std::nullopt;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string parameter = ascii_lower(trimmed(parts[i]));
    if (!parameter.starts_with("q=")) continue;
    const auto weight = read_weight(std::string_view(parameter).substr(2));
    if (!weight) return std::nullopt;
    out.weight = *weight;
  }
  return out;
}

// How exactly a range names a type. 0: it does not.
int nearness(const std::string& range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  return range.ends_with("/*") && type.starts_with(std::string_view(range).substr(0, range.size() - 1)) ? 2
                                                                                                        : 0;
}

// What the range says that names it most exactly.
int weight_of(const std::vector<Range>& ranges, std::string_view type) {
  int nearest = 0;
  int weight = 0;
  for (const Range& range : ranges) {
    const int near = nearness(range.type, type);
    if (near <= nearest) continue;
    nearest = near;
    weight = range.weight;
  }
  return weight;
}

}  // namespace

std::size_t preferred_type(std::string_view accept, std::span<const std::string_view> offers) {
  std::vector<Range> ranges;
  for (const std::string& part : split(accept, ',')) {
    if (const auto range = read_range(part)) ranges.push_back(*range);
  }
  std::size_t best = 0;
  int most = 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const int weight = weight_of(ranges, offers[i]);
    if (weight <= most) continue;
    most = weight;
    best = i;
  }
  return best;
}

}  // namespace koinon
