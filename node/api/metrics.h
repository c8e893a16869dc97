// The text of /metrics in Prometheus' text format 0.0.4. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "node/api/alarms.h"
#include "node/api/process_facts.h"
#include "node/api/reader_rule.h"
#include "node/api/signing_view.h"
#include "node/delivery/witness_standing.h"
#include "node/publishing/clock_standing.h"
#include "node/transport/network_view.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

struct DiskFacts {
  std::uint64_t free_bytes = 0;  // for whom the node runs as
  std::uint64_t size_bytes = 0;
};

struct SendingFacts {
  std::uint64_t webhooks = 0;  // messages that wait
  std::uint64_t mails = 0;
  std::uint64_t failing = 0;  // of both, as the alarm `deliveries` counts them
};

struct MetricsInput {
  std::string version = {};
  UnixMillis started_at = {};
  ProcessFacts process = {};
  NetworkStatus network = {};
  StoreCounts store = {};
  bool store_on_server = false;
  StoreLag lag = {};
  unsigned started_over = 0;  // how often the store was lost and read anew, since the process began
  std::uint64_t own_entries = 0;
  std::uint64_t index_lag = 0;         // records
  std::optional<DiskFacts> disk = {};  // nothing: not known
  std::uint64_t disk_reserve_bytes = 0;
  SendingFacts sending = {};
  bool ready = true;
  bool signing = false;
  Signing signing_state = Signing::kReady;
  bool signing_allowed = false;       // the store is known to be the newest copy of our log
  std::size_t signing_awaits = 0;     // peers that have not said yet what they saw of our log
  UnixMillis fewer_suffice = {};      // from then on fewer answers do; 0: no such time
  std::uint64_t password_checks = 0;  // since the start
  std::uint64_t refusals = 0;         // the same
  sqlite::Work work = {};             // the work of the databases since the start
  std::vector<Alarm> alarms = {};
  std::optional<ReaderLag> reader = {};  // nothing: it is the writer
  ClockStanding clock = {};
  std::vector<WitnessStanding> witnesses = {};
  std::vector<prometheus::MetricFamily> http = {};  // HttpMeasures
};

std::string metrics_text(MetricsInput input);

}  // namespace koinon
