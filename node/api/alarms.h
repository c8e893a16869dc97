// What an operator should look at. Found here and nowhere else: `koinon status`, /readyz, /metrics, the page
// Operate and the daemon's log say the same.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "node/publishing/clock_standing.h"
#include "node/transport/network_view.h"
#include "proto/base/sentence.h"
#include "proto/base/trouble.h"
#include "storage/office/outbox.h"
#include "storage/store/store.h"

namespace koinon {

enum class Severity : unsigned char {
  kWarning,   // somebody should look
  kCritical,  // the node does not do all that it is for
};
std::string_view severity_text(Severity severity);

struct Alarm {
  std::string id;  // the same everywhere, and from version to version
  Severity severity = Severity::kWarning;
  std::string text;            // what is the matter, and what to do
  MessageArguments arguments;  // of the page's message alarm.ID
  std::optional<Error> why;    // what the argument `why` says
  UnixMillis since;
  std::chrono::milliseconds patience{0};  // it is none before it has stood so long
};

// Every id there is, the most urgent first.
const std::vector<std::string>& alarm_ids();

struct AlarmRules {
  std::chrono::milliseconds peer_away = std::chrono::minutes(10);
  std::uint64_t disk_free_bytes = 1'000'000'000;
};

struct AlarmInput {
  AlarmRules rules;
  UnixMillis now;
  std::optional<Error> signing_stopped;
  std::optional<Trouble> store;                  // why it cannot write
  std::optional<Trouble> others_wait;            // what is left of the disk is kept for our own log
  std::optional<Trouble> index;                  // why it does not go on
  std::optional<Trouble> courier;                // why nothing is written down to be sent
  std::uint64_t index_lag = 0;                   // records
  std::optional<std::uint64_t> disk_free_bytes;  // none: not known
  Failing failing;
  std::vector<std::string> frozen;  // names of cities, our own left out
  std::vector<PeerStatus> peers;
  std::size_t knocks = 0;
  std::uint64_t bodies_missing = 0;
  ClockStanding clock;
};

// Pure.
std::vector<Alarm> alarms_of(const AlarmInput& input);

// Records that arrived and are not indexed yet; counted over a thousand arrivals at most.
std::uint64_t index_lag(StoreReader& store, ArrivalSeq indexed);

}  // namespace koinon
