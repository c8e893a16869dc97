#include "node/pages/measure_pictures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include "node/drawing/line.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kHours = 24;
constexpr std::size_t kPoints = kHours * 6;  // of a line: ten minutes each
constexpr double kKilobyte = 1000;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// One measure: of a time it is the greatest, the least or the sum of its samples.
enum class Of : unsigned char { kGreatest, kLeast, kSum };

struct Measure {
  const char* id;
  const char* title;
  const char* hour_title;  // of the table's column
  Of of;
  double (*value)(const MeasureSample&);
};

constexpr std::array<Measure, 5> kMeasures = {
    {{"p-behind", "measures.behind", "measures.behind", Of::kGreatest,
      [](const MeasureSample& one) { return static_cast<double>(one.entries_behind); }},
     {"p-bodies", "measures.bodies", "measures.bodies", Of::kGreatest,
      [](const MeasureSample& one) { return static_cast<double>(one.bodies_missing); }},
     {"p-index", "measures.index", "measures.index", Of::kGreatest,
      [](const MeasureSample& one) { return static_cast<double>(one.index_lag); }},
     {"p-peers", "measures.peers", "measures.peers", Of::kLeast,
      [](const MeasureSample& one) { return static_cast<double>(one.peers_connected); }},
     {"p-traffic", "measures.traffic", "measures.traffic_hour", Of::kSum, [](const MeasureSample& one) {
        return static_cast<double>(one.bytes_in + one.bytes_out) / kKilobyte;
      }}}};

// The last day in so many equal parts, the oldest first; a part without a sample has no value.
std::vector<double> parts_of(const Measure& measure, const std::vector<MeasureSample>& samples,
                             UnixMillis now, std::size_t parts) {
  std::vector<double> out(parts, kNone);
  const std::int64_t length = static_cast<std::int64_t>(kHours) * kHourMs / static_cast<std::int64_t>(parts);
  for (const MeasureSample& sample : samples) {
    const std::int64_t ago = now.value - sample.at.value;
    // A clock that was set back has samples of a time to come.
    if (ago < 0 || ago / length >= static_cast<std::int64_t>(parts)) continue;
    double& part = out[parts - 1 - static_cast<std::size_t>(ago / length)];
    const double value = measure.value(sample);
    if (std::isnan(part)) {
      part = value;
    } else {
      part = measure.of == Of::kSum        ? part + value
             : measure.of == Of::kGreatest ? std::max(part, value)
                                           : std::min(part, value);
    }
  }
  return out;
}

std::string number_or_none(const Visit& visit, double value) {
  return std::isnan(value) ? visit.say("measures.none") : visit.words->number(std::round(value * 10) / 10);
}

json::object picture_of(const Visit& visit, const Measure& measure, const std::vector<MeasureSample>& samples,
                        UnixMillis now) {
  ShownPicture out;
  out.shape = "small";
  const std::vector<double> values = parts_of(measure, samples, now, kPoints);
  const double last = values.back();
  double most = 0;
  for (const double value : values) {
    if (!std::isnan(value)) most = std::max(most, value);
  }
  out.text = picture_text(visit, measure.id, visit.say(measure.title),
                          visit.say("measures.told", {{"last", number_or_none(visit, last)},
                                                      {"most", number_or_none(visit, most)}}));
  out.svg = draw_line({out.text, values, visit.say("measures.day_ago"), visit.say("measures.now")});
  out.head = {visit.say("measures.hour"), visit.say(measure.hour_title)};
  const std::vector<double> hours = parts_of(measure, samples, now, kHours);
  for (std::size_t i = 0; i < kHours; ++i) {
    const UnixMillis from{now.value - static_cast<std::int64_t>(kHours - i) * kHourMs};
    out.rows.push_back({{visit.words->date_and_time(from, visit.zone)}, {number_or_none(visit, hours[i])}});
  }
  return picture_model(std::move(out));
}

}  // namespace

json::array measure_pictures(const Visit& visit, const MeasuresView& measures, UnixMillis now) {
  json::array out;
  if (measures.samples.empty()) return out;
  for (const Measure& measure : kMeasures) out.push_back(picture_of(visit, measure, measures.samples, now));
  return out;
}

}  // namespace koinon
