// The text of /metrics in Prometheus' text format 0.0.4. Pure.
#pragma once

#include <string>

#include "node/api/alarms.h"
#include "node/delivery/witness_standing.h"
#include "node/publishing/clock_standing.h"
#include "node/transport/network_view.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

struct MetricsInput {
  NetworkStatus network;
  StoreCounts store;
  std::uint64_t own_entries = 0;
  std::uint64_t index_lag = 0;  // records
  bool signing = false;
  bool signing_allowed = false;       // the store is known to be the newest copy of our log
  std::size_t signing_awaits = 0;     // peers that have not said yet what they saw of our log
  UnixMillis fewer_suffice;           // from then on fewer answers do; 0: no such time
  std::uint64_t password_checks = 0;  // since the start
  sqlite::Work work;                  // the work of the databases since the start
  std::vector<Alarm> alarms;
  ClockStanding clock;
  std::vector<WitnessStanding> witnesses = {};
};

std::string metrics_text(const MetricsInput& input);

}  // namespace koinon
