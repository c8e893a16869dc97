#include "tools/bench/figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;
namespace {

json::object spread(const std::vector<double>& values) {
  return {{"median", median_of(values)},
          {"min", *std::min_element(values.begin(), values.end())},
          {"max", *std::max_element(values.begin(), values.end())},
          {"values", json::array(values.begin(), values.end())}};
}

std::string number_text(double value) {
  std::array<char, 48> out{};
  const int digits = std::abs(value) >= 100 ? 0 : std::abs(value) >= 1 ? 2 : 4;
  (void)std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  return out.data();
}

}  // namespace

double median_of(std::vector<double> values) { return quantile_of(std::move(values), 0.5); }

double quantile_of(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::llround(std::clamp(part, 0.0, 1.0) * last))];
}

void Figures::add(const FigureKind& kind, double value) {
  auto at = std::find_if(figures_.begin(), figures_.end(),
                         [&](const Figure& one) { return one.kind.name == kind.name; });
  if (at == figures_.end()) at = figures_.insert(figures_.end(), {kind, {}, {}});
  at->values.push_back(value);
}

void Figures::limit(std::string_view figure, std::string_view what, double value) {
  const auto at = std::find_if(figures_.begin(), figures_.end(),
                               [&](const Figure& one) { return one.kind.name == figure; });
  if (at == figures_.end()) return;
  if (!at->limit) at->limit = Limit{std::string(what), {}};
  at->limit->values.push_back(value);
}

void Figures::note(std::string_view name, json::value value) { setting_[name] = std::move(value); }

std::optional<double> Figures::Figure::ratio() const {
  if (!limit) return std::nullopt;
  const double most = median_of(limit->values);
  return most == 0 ? std::nullopt : std::optional(median_of(values) / most);
}

std::optional<bool> Figures::Figure::met() const {
  if (!kind.wanted) return std::nullopt;
  const auto measured = kind.wanted->of == Wanted::Of::kMedian ? std::optional(median_of(values)) : ratio();
  if (!measured) return std::nullopt;
  return kind.better == Better::kHigher ? *measured >= kind.wanted->bound : *measured <= kind.wanted->bound;
}

json::object Figures::Figure::json() const {
  json::object out = spread(values);
  out["unit"] = kind.unit;
  out["better"] = kind.better == Better::kHigher ? "higher" : "lower";
  if (limit) {
    json::object most = spread(limit->values);
    most["what"] = limit->what;
    out["limit"] = std::move(most);
  }
  if (const auto part = ratio()) out["ratio"] = *part;
  if (kind.wanted) {
    out["wanted"] = kind.wanted->bound;
    out["wanted_of"] = kind.wanted->of == Wanted::Of::kMedian ? "median" : "ratio";
  }
  if (const auto good = met()) out["met"] = *good;
  return out;
}

json::object Figures::json() const {
  json::object figures;
  for (const Figure& one : figures_) figures[one.kind.name] = one.json();
  return {{"setting", setting_}, {"figures", std::move(figures)}};
}

std::string Figures::text() const {
  std::string out;
  for (const Figure& one : figures_) {
    out += "  " + one.kind.name + "  " + number_text(median_of(one.values)) + " " + one.kind.unit;
    if (const auto part = one.ratio())
      out += ", " + number_text(*part) + " of " + number_text(median_of(one.limit->values)) + " (" +
             one.limit->what + ")";
    if (one.kind.wanted)
      out += std::string("; wanted ") + (one.kind.better == Better::kHigher ? "at least " : "at most ") +
             number_text(one.kind.wanted->bound);
    if (const auto good = one.met()) out += *good ? ": met" : ": not met";
    out += "\n";
  }
  return out;
}

}  // namespace koinon
