// What an operator should look at. Only this code finds alarms, so `koinon status`, /readyz, /metrics, the
// page Operate and the daemon's log show the same ones.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "node/publishing/clock_standing.h"
#include "node/publishing/signing_standing.h"
#include "node/transport/network_view.h"
#include "proto/base/sentence.h"
#include "proto/base/trouble.h"
#include "storage/office/after_rollback.h"
#include "storage/office/outbox.h"
#include "storage/store/store.h"

namespace koinon {

enum class Severity : unsigned char {
  kWarning,   // somebody should look
  kCritical,  // the node does not do all of its work
};
std::string_view severity_text(Severity severity);

struct Alarm {
  std::string id;  // the same everywhere, and from version to version
  Severity severity = Severity::kWarning;
  std::string text;            // what is wrong, and what to do
  MessageArguments arguments;  // the arguments of the pages' message alarm.ID
  std::optional<Error> why;    // the error that the argument `why` states
  UnixMillis since;
  std::chrono::milliseconds patience{0};  // it is only an alarm after it has lasted so long
};

// The ids of all alarms, the most urgent first.
const std::vector<std::string>& alarm_ids();

// So many records that are not indexed yet are on their way, and no alarm.
inline constexpr std::uint64_t kIndexLag = 100;

struct AlarmRules {
  std::chrono::milliseconds peer_away = std::chrono::minutes(10);
  std::uint64_t disk_free_bytes = 1'000'000'000;
};

struct AlarmInput {
  AlarmRules rules;
  UnixMillis now;
  std::optional<Error> signing_stopped;
  std::optional<Trouble> store;        // why the store cannot write
  std::optional<Trouble> others_wait;  // records of others wait: the rest of the disk is kept for our own log
  std::optional<Trouble> index;        // why the index does not go on
  std::optional<Trouble> courier;      // why the courier writes nothing down
  std::uint64_t index_lag = 0;         // records
  std::optional<std::uint64_t> disk_free_bytes;  // nothing: not known
  Failing failing;
  std::vector<std::string> frozen;    // names of cities, without our own
  std::vector<std::string> for_good;  // the same of those that nothing thaws; they are not in `frozen`
  std::vector<PeerStatus> peers;
  std::size_t knocks = 0;
  std::uint64_t bodies_missing = 0;
  Waits waits_for_look;                        // after a rollback
  std::optional<std::chrono::seconds> behind;  // how far a reader is, where that is too much
  bool cosigner_lost = false;  // what our cosigner key signed last may be forgotten, and it waits
  bool mark_lost = false;      // what was signed last cannot be noted down where the next start finds it
  ClockStanding clock;
  std::optional<SigningNow> standing;  // none: an observer, which signs nothing
};

// Pure. What stands for want of room on the disk is one alarm, the most urgent: `store` (where that is why),
// `reserve`, `index_stopped`, `deliveries`, `disk`.
std::vector<Alarm> alarms_of(const AlarmInput& input);

// How many records have arrived and are not indexed yet. It looks at a thousand arrivals at most.
std::uint64_t index_lag(StoreReader& store, ArrivalSeq indexed);

}  // namespace koinon
