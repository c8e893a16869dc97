#include "tools/doctor/finding.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace koinon::doctor {

std::string_view weight_word(Weight weight) { return weight == Weight::kProblem ? "problem" : "warning"; }

std::string span_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr std::array kUnits = {Unit{86'400, "day"}, Unit{3'600, "hour"}, Unit{60, "minute"},
                                        Unit{1, "second"}};
  const std::int64_t span = std::abs(seconds);
  for (const Unit& unit : kUnits) {
    if (span < unit.seconds) continue;
    const std::int64_t count = span / unit.seconds;
    return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return "0 seconds";
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
                kUnits.at(unit));
  return text.data();
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace koinon::doctor
