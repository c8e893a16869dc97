// The figures of one run of koinon-bench, and the machine's limits beside them.
//
// A figure has one value for each repetition. Its limit is what the machine alone could do with the same
// bytes, measured in the same run; the ratio of the two medians is what can be compared from machine to
// machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace koinon {

enum class Better : unsigned char { kHigher, kLower };

// What is wanted of a figure: of its median, or of its ratio to the limit.
struct Wanted {
  enum class Of : unsigned char { kMedian, kRatio };
  Of of;
  double bound;
};

struct FigureKind {
  std::string name;  // such as catchup_records_per_second
  std::string unit;
  Better better = Better::kHigher;
  std::optional<Wanted> wanted = std::nullopt;
};

class Figures {
 public:
  // One value of one repetition. The kind counts as it was given first.
  void add(const FigureKind& kind, double value);
  // The limit of the figure of that name, which was added before.
  void limit(std::string_view figure, std::string_view what, double value);
  // What belongs to the run and is no figure: how many records, of which size.
  void note(std::string_view name, boost::json::value value);

  // {"setting": {…}, "figures": {NAME: {"median": …, "min": …, "max": …, "values": […], "limit": {…},
  // "ratio": …, "wanted": …, "met": …}}}
  boost::json::object json() const;
  // A line for people for each figure.
  std::string text() const;

 private:
  struct Limit {
    std::string what;
    std::vector<double> values;
  };
  struct Figure {
    FigureKind kind;
    std::vector<double> values;
    std::optional<Limit> limit;

    std::optional<double> ratio() const;
    std::optional<bool> met() const;
    boost::json::object json() const;
  };

  std::vector<Figure> figures_;
  boost::json::object setting_;
};

double median_of(std::vector<double> values);
// At so many hundredths of the values: 0.99 for the 99th of 100.
double quantile_of(std::vector<double> values, double part);

}  // namespace koinon
