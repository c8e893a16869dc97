// Looks every few seconds for what an operator should look at, remembers since when, and tells what begins
// and what is over. Whoever asks gets what was found last.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "node/api/alarms.h"
#include "node/daemon/clock_watch.h"
#include "node/reading/nearness.h"
#include "storage/search/search_index.h"

namespace koinon {

class AlarmWatch {
 public:
  struct Parts {
    std::unique_ptr<OfficeDb> office;  // none: a reader, whose office the writer looks after
    std::unique_ptr<StoreReader> store;
    std::unique_ptr<IndexReader> index;
    // Those of what a reader has not are none there: from here to courier_trouble, and the clock's.
    const Nearness* nearness = nullptr;                     // outlives the watch
    std::function<std::optional<NetworkStatus>()> network;  // answers none: it did not in time
    std::function<std::optional<Error>()> signing_stopped;
    std::function<std::optional<Trouble>()> store_trouble;
    std::function<std::optional<Trouble>()> others_wait;
    std::function<std::optional<Trouble>()> courier_trouble;
    std::function<std::optional<Trouble>()> index_trouble;  // never none
    // Of a reader: how far it is behind, where that is too much. May be none.
    std::function<std::optional<std::chrono::seconds>()> behind;
    std::function<SigningNow()> standing;        // whether it is known that this store is the newest
    std::function<bool()> mark_lost;             // none: an observer, which signs nothing
    std::function<bool()> signing_waits;         // for that, or for the clock
    ClockWatch* clock_watch = nullptr;           // is told what peers and our own log say; outlives this
    std::function<void(const Alarm&)> on_begin;  // and again while it lasts, now and then
    std::function<void(const Alarm&)> on_over;
    std::function<void(const AlarmInput&)> on_look;  // what each look saw; may be none
    std::function<void()> on_signing;                // our clock held signing up, and does not any more
    // What our cosigner key signed last may be forgotten, seen at each look. May be none.
    std::function<void()> on_cosigner_lost;
    std::string folder;
    std::optional<LogId> own;
    Clock clock;
    AlarmRules rules;  // to begin with
  };

  // Has looked once when it returns.
  explicit AlarmWatch(Parts parts);
  ~AlarmWatch();
  AlarmWatch(const AlarmWatch&) = delete;
  AlarmWatch& operator=(const AlarmWatch&) = delete;

  // Any thread: what was found last.
  std::vector<Alarm> alarms() const;
  // Any thread; from the next look on.
  void set_rules(const AlarmRules& rules);
  void stop();

 private:
  void run();
  void look();
  AlarmInput gather();
  void look_at_office(AlarmInput& in);
  void tell(const std::vector<Alarm>& standing);

  struct Told {
    Alarm alarm;
    UnixMillis at;
  };

  // The thread's, once it runs.
  Parts parts_;
  std::optional<Outbox> outbox_;
  bool waited_ = true;                       // signing did, when it looked last; at first nobody knows
  std::map<std::string, UnixMillis> since_;  // by id; also of what is no alarm yet
  std::map<std::string, Told> told_;         // what stands, by id
  std::optional<NetworkStatus> network_;     // as it was last

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // What the mutex guards.
  std::vector<Alarm> alarms_;
  AlarmRules rules_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace koinon
