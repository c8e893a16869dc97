// The thread on which the witness for other systems answers: one request after the other, each with its
// fsync.
//
// The witness is opened, or made, when this node may sign for the first time after its start: before that
// nobody knows whether the folder was put back from a copy, and a witness that is older than its last
// cosignature may cosign two histories.
//
// What was cosigned leaves once it is on the disk and the mark names it. One that can be neither written nor
// taken away would agree with an older witness.db: then nothing leaves.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "node/api/witness_view.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/named_pool.h"
#include "node/daemon/witness_files.h"
#include "node/witness/witness.h"
#include "proto/base/clock.h"

namespace koinon {

class WitnessThread {
 public:
  struct Parts {
    DataFolder folder;
    WitnessOptions options;
    WitnessedLogs logs;
    WitnessRate rate;
    Clock clock;
    const DaemonLog& log;
    // Why nothing may be cosigned now by a witness that was made at that time; nothing: by one that is not
    // open yet. Any thread.
    std::function<Status(std::optional<UnixMillis> made_at)> may_cosign;
  };
  explicit WitnessThread(Parts parts);
  ~WitnessThread() { stop(); }
  WitnessThread(const WitnessThread&) = delete;
  WitnessThread& operator=(const WitnessThread&) = delete;

  // Any thread: this node may sign now. Opens the witness if that was not done yet.
  void on_signing();
  // Joins the thread. What comes later is not done.
  void stop();

  // The answers come back to the caller's executor. 503: the witness is not open, or may not cosign now.
  boost::asio::awaitable<WitnessAnswer> add_checkpoint(std::string body);
  boost::asio::awaitable<WitnessAnswer> checkpoint(std::string origin_hash);

  // Any thread. Without the port.
  WitnessView view() const;

 private:
  struct Opened {
    Opened(OpenedWitness opened, WitnessedLogs logs, WitnessRate rate)
        : files(std::move(opened)), witness(std::move(logs), rate, files.vkey.name, files.key, files.db) {}
    OpenedWitness files;
    Witness witness;
  };
  void open();
  WitnessAnswer answer(const std::string& body);
  WitnessAnswer newest(const std::string& origin_hash);
  WitnessAnswer marked(WitnessAnswer answer);
  void note_mark(const Status& kept);
  Status may_cosign() const;
  std::string trouble() const;
  void tell_contradiction(const WitnessAnswer& answer);

  Parts parts_;
  const std::uint64_t logs_;
  std::unique_ptr<Opened> opened_;  // used on the thread alone
  std::optional<MonoTime> told_;    // when the operator was told last that a log contradicts itself
  bool mark_lost_ = false;          // as it was told last
  std::atomic<std::uint64_t> cosigned_{0};
  mutable std::mutex mutex_;  // guards what follows
  std::string vkey_;
  std::optional<UnixMillis> made_at_;  // of what is open
  std::string trouble_;
  std::string mark_trouble_;                                 // why nothing leaves, of what is open
  boost::asio::thread_pool pool_{named_pool(1, "witness")};  // the last: it is joined before the others go
};

}  // namespace koinon
