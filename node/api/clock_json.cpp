#include "node/api/clock_json.h"

#include <boost/json.hpp>

#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;

json::object clock_json(const ClockStanding& standing, UnixMillis now) {
  json::array because;
  for (const ClockDoubt doubt : standing.because) because.emplace_back(clock_doubt_text(doubt));
  return {{"now", time_text(now)},
          {"off", standing.off()},
          {"behind_seconds", std::chrono::duration_cast<std::chrono::seconds>(standing.behind).count()},
          {"because", std::move(because)},
          {"signing_waits", standing.signing_waits}};
}

}  // namespace koinon
