#include "tools/bench/compare.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;
namespace {

Result<json::object> read_run(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(Code::kNotFound, "the file cannot be read", file.string());
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  boost::system::error_code error;
  const json::value run = json::parse(text, error);
  if (error || !run.is_object() || !run.as_object().contains("benchmarks"))
    return fail(Code::kMalformed, "it is no run of koinon-bench", file.string());
  return run.as_object();
}

// Median, least and most of what is compared.
struct Span {
  double median;
  double least;
  double most;
};

double number(const json::object& from, const char* name) { return from.at(name).to_number<double>(); }

Span span_of(const json::object& figure, bool by_ratio) {
  const double by = by_ratio ? number(figure.at("limit").as_object(), "median") : 1;
  return {number(figure, "median") / by, number(figure, "min") / by, number(figure, "max") / by};
}

std::string line_of(std::string_view name, const json::object& before, const json::object& after) {
  const bool by_ratio = before.contains("ratio") && after.contains("ratio");
  const Span old = span_of(before, by_ratio);
  const Span now = span_of(after, by_ratio);
  const bool higher = after.at("better").as_string() == "higher";
  const double change = old.median == 0 ? 0 : (now.median / old.median - 1) * 100;
  const bool overlap = now.least <= old.most && old.least <= now.most;
  const bool better = higher ? now.median > old.median : now.median < old.median;
  std::array<char, 200> out{};
  (void)std::snprintf(out.data(), out.size(), "%-36.*s %12.4g -> %12.4g  %+6.1f %%  %s%s\n",
                      static_cast<int>(name.size()), name.data(), old.median, now.median, change,
                      overlap  ? "within the spread"
                      : better ? "better"
                               : "worse",
                      by_ratio ? " (of the limit)" : "");
  return out.data();
}

}  // namespace

Result<std::string> compare_runs(const std::filesystem::path& before, const std::filesystem::path& after) {
  KOINON_ASSIGN(const json::object old, read_run(before));
  KOINON_ASSIGN(const json::object now, read_run(after));
  std::string out;
  try {
    for (const auto& [name, measured] : now.at("benchmarks").as_object()) {
      const auto* const earlier = old.at("benchmarks").as_object().if_contains(name);
      if (earlier == nullptr) continue;
      const auto& figures = earlier->at("figures").as_object();
      for (const auto& [figure, value] : measured.at("figures").as_object()) {
        if (const auto* const was = figures.if_contains(figure))
          out += line_of(figure, was->as_object(), value.as_object());
      }
    }
  } catch (const std::exception&) {  // a member is missing, or of another kind
    return fail(Code::kMalformed, "it is no run of koinon-bench", "compare");
  }
  return out.empty()
             ? Result<std::string>(fail(Code::kNotFound, "the runs have no figure in common", "compare"))
             : out;
}

}  // namespace koinon
