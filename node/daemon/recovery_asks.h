// Finds the log that a recovery key is of, for somebody who has the 24 words, an invite and nothing else. The
// public half of such a key is in the log, so anybody may have made another log with it: of several none is
// chosen here.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/log_state.h"
#include "crypto/recovery_answer.h"
#include "koinon/v1/wire.pb.h"
#include "node/daemon/intent_runner.h"

namespace koinon {

class RecoveryAsks {
 public:
  // The runner outlives this, and is stopped after this.
  explicit RecoveryAsks(IntentRunner& runner) : runner_(runner) {}

  // What is shown of that log at a size; 0: all that is held whole. Of a log that had this recovery key, and
  // has another one since: the statements that say so, and nothing else. Where none is named and several have
  // or had it: who they are. kNotFound: no log has or had it, or not the one that is named. Network thread.
  // Ends when that log is read, or where none is named the walk over all logs, of which there are a few at
  // most: kUnavailable.
  boost::asio::awaitable<Result<v1::RecoveryAnswer>> answer(PublicKey key, RecoveryQuestion question);
  // Any thread. Walks that are under way end.
  void stop() { stopping_ = true; }

 private:
  struct Walk {
    PublicKey key;
    RecoveryQuestion question;
    std::function<void(Result<v1::RecoveryAnswer>)> done;
    std::optional<LogState> last = {};   // that was looked at
    std::optional<LogState> found = {};  // the first that has or had the key
    std::vector<LogIdentity> logs = {};  // all of them, limits::kRecoveryLogs at most
  };
  void begin(const std::shared_ptr<Walk>& walk, StoreReader& store);
  void go_on(const std::shared_ptr<Walk>& walk, StoreReader& store);

  IntentRunner& runner_;
  std::size_t under_way_ = 0;  // the network thread's
  std::atomic<bool> stopping_ = false;
};

// What is shown of one log: see PROTOCOL.md "Taking a log back".
Result<v1::RecoveryAnswer> recovery_answer(StoreReader& store, const LogState& log, TreeSize size);

}  // namespace koinon
