// The thread of a reader that looks at its server, some times a second: whether something has arrived, how
// far the server is behind the node that writes, and whom that node trusts. A server that is away is asked
// again until it answers.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "node/api/reader_rule.h"
#include "node/daemon/daemon_log.h"
#include "node/reading/nearness.h"
#include "node/replication/stored_trust.h"
#include "proto/base/clock.h"
#include "proto/base/trouble.h"
#include "storage/store/store.h"

namespace koinon {

// What one look at the server sees.
struct ServerSeen {
  StoreLag lag;
  ArrivalSeq newest;
  std::optional<Epoch> epoch;
  std::vector<LogId> peers;
};
Result<ServerSeen> look_at_server(StoreReader& store);

class ServerWatch {
 public:
  struct Parts {
    const DaemonLog& log;
    Clock clock;
    std::chrono::milliseconds max_lag;
    Nearness& nearness;  // is told who has which name
    // On its thread, and at first on that of make().
    std::function<Result<ServerSeen>()> look;
    std::function<Result<TrustPolicy::Rules>()> read_rules;
    std::function<Result<StoreState>()> read_state;  // all that a start reads
    std::function<void()> on_arrivals;               // something has arrived since
  };

  // `state`: as it is now. Who has which name is known when it returns; nothing runs yet.
  static Result<std::unique_ptr<ServerWatch>> make(Parts parts, const StoreState& state);
  ~ServerWatch() { stop(); }
  ServerWatch(const ServerWatch&) = delete;
  ServerWatch& operator=(const ServerWatch&) = delete;

  void start();
  // Joins the thread.
  void stop();

  // Any thread. Where the server has not answered, as far behind as that is ago.
  ReaderLag lag() const;
  std::shared_ptr<const TrustView> trust() const;
  // Whether the thread still turns: called on it.
  void ask(std::function<void()> answer);
  // Any thread: why the server does not answer.
  std::optional<Trouble> trouble() const { return trouble_.get(); }

 private:
  explicit ServerWatch(Parts parts) : parts_(std::move(parts)) {}
  struct Answered {
    ReaderLag lag;
    MonoTime at{};  // when the server was asked
  };
  void run();
  bool wait();
  Status look();
  void note(const StoreLag& lag, MonoTime asked);
  Status look_at_trust();
  void take(const StoreState& state, const TrustPolicy::Rules& rules);

  Parts parts_;
  Troubled trouble_;
  // The thread's, once it runs.
  ServerSeen seen_;
  StoredTrust stored_trust_;
  bool trust_is_old_ = false;
  MonoTime trust_soonest_{};  // it costs the more, the more there is
  MonoTime trust_latest_{};   // of what nobody tells: a block, a vouch that is over

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // What the mutex guards.
  Answered answered_;
  std::shared_ptr<const TrustView> trust_;
  std::vector<std::function<void()>> questions_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace koinon
