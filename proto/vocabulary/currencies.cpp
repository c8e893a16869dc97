#include "proto/vocabulary/currencies.h"

#include <cstdlib>
#include <map>
#include <string>

namespace koinon {
namespace embedded {
extern const std::string_view currencies_tsv;
}  // namespace embedded
namespace {

std::map<std::string, double, std::less<>> read_list(std::string_view tsv) {
  std::map<std::string, double, std::less<>> out;
  while (!tsv.empty()) {
    const auto end = std::min(tsv.find('\n'), tsv.size());
    const std::string_view line = tsv.substr(0, end);
    tsv.remove_prefix(std::min(end + 1, tsv.size()));
    const auto tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) continue;
    const double rate = std::strtod(std::string(line.substr(tab + 1)).c_str(), nullptr);
    if (rate > 0) out.emplace(line.substr(0, tab), rate);
  }
  return out;
}

}  // namespace

std::optional<double> units_per_dollar(std::string_view currency) {
  static const auto kRates = read_list(embedded::currencies_tsv);
  const auto it = kRates.find(currency);
  return it == kRates.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace koinon
