// Shows signs of life for a writer that starts: to bring a large store up to date, and to read what it knows,
// takes longer than a lease lives without them. A thread and a connection of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/postgres/connection.h"
#include "storage/postgres/lease.h"

namespace koinon::postgres {

class LeaseKeeper {
 public:
  // For three hours at most: whoever hangs must lose it.
  LeaseKeeper(PostgresPlace place, const Lease& lease, std::string schema);
  // Waits for a connection that is being made.
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  // The writer shows its own from now on. Does not wait.
  void stop();

 private:
  void run();

  PostgresPlace place_;
  Lease lease_;
  std::string schema_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  Connection* used_ = nullptr;
  std::thread thread_;
};

}  // namespace koinon::postgres
