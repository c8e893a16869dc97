// The thread that brings each new head of our log to the witnesses that the operator names, and keeps what
// they cosign. Whom it asks when, is decided in witness_turns.h. Nobody waits for it: not a publication, and
// a stop not longer than for a write of the store.
//
// Witnesses are addresses of the configuration, so they may be private ones.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "node/delivery/transfers.h"
#include "node/delivery/witness_list.h"
#include "node/delivery/witness_standing.h"
#include "node/delivery/witness_turns.h"
#include "node/reading/kept_witnesses.h"
#include "proto/base/clock.h"
#include "storage/store/store.h"

namespace koinon {

class WitnessClient {
 public:
  struct Parts {
    LogId own;
    std::vector<NamedWitness> witnesses;
    std::unique_ptr<StoreReader> store;
    std::unique_ptr<Transfers> transfers;
    Clock clock;
    // Keeps the setting kWitnessed; returns once that is done. Called on this thread.
    std::function<Status(const Bytes&)> keep;
    // A witness began to fail, fails for another reason, or cosigns again. On this thread.
    std::function<void(const WitnessStanding&)> on_change;
    std::function<void(const Error&)> on_error;
    WitnessTurns::Paces paces = {};
  };
  explicit WitnessClient(Parts parts);
  ~WitnessClient();
  WitnessClient(const WitnessClient&) = delete;
  WitnessClient& operator=(const WitnessClient&) = delete;

  // Any thread: our log may have a new head. Takes no time.
  void notify();
  // Any thread.
  std::vector<WitnessStanding> standings() const;
  // Gives up what is under way, keeps what was cosigned, joins the thread.
  void stop();

 private:
  void run();
  void load();
  // Reads the newest head of our log.
  Status look(MonoTime now);
  Result<StoredHead> head_to_bring(const LogState& log, MonoTime now);
  void ask(const WitnessTurns::Turn& turn);
  Result<HashPath> proof_from(TreeSize old_size, TreeSize size);
  void settle(const Transfers::Outcome& outcome);
  void take_answer(const WitnessTurns::Turn& turn, const WitnessReply& answer);
  void note(std::size_t witness, WitnessTurns::After after, const WitnessReply& answer);
  void keep_if_due(MonoTime now);
  std::chrono::milliseconds until_next(MonoTime now) const;

  Parts parts_;
  WitnessTurns turns_;
  KeptWitnesses kept_;
  std::map<Transfers::Number, WitnessTurns::Turn> asked_;
  std::string origin_;               // of the newest head
  std::optional<MonoTime> keep_at_;  // something is to be kept, then at the latest
  MonoTime look_at_{0};              // when to look for a head that nobody told of
  bool failing_ = false;             // the store could not be read or written at the last try
  std::atomic<bool> told_ = true;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<WitnessStanding> standings_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace koinon
