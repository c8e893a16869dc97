#include "storage/postgres/lease_keeper.h"

#include <utility>

#include "proto/base/limits.h"
#include "proto/base/thread_name.h"

namespace koinon::postgres {
namespace {

constexpr std::chrono::hours kLongestStart{3};  // a step of the schema may take two (schema_steps.cpp)
constexpr std::chrono::seconds kAnswer{5};

}  // namespace

LeaseKeeper::LeaseKeeper(PostgresPlace place, const Lease& lease, std::string schema)
    : place_(std::move(place)), lease_(lease), schema_(std::move(schema)), thread_([this] { run(); }) {}

LeaseKeeper::~LeaseKeeper() {
  stop();
  thread_.join();
}

void LeaseKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    if (used_ != nullptr) used_->interrupt();
  }
  wake_.notify_one();
}

// Where a sign fails, the next one may not, and the writer itself is told at its next commit.
void LeaseKeeper::run() {
  name_this_thread("lease");
  ConnectionOptions options;
  options.schema = schema_;
  options.name = "koinon writer: lease";
  options.to_primary = true;
  options.comes_back = false;  // it may be interrupted
  options.deadline = kAnswer;
  std::unique_ptr<Connection> connection;
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, limits::kLeasePause, [this] { return stopping_; })) {
    if (std::chrono::steady_clock::now() >= end) return;
    if (!connection) {
      lock.unlock();
      auto opened = Connection::open(place_, options);
      lock.lock();
      if (!opened.ok() || stopping_) continue;
      connection = std::move(*opened);
    }
    used_ = connection.get();
    lock.unlock();
    const Status kept = lease_.keep(*connection);
    lock.lock();
    used_ = nullptr;
    if (!kept.ok()) connection.reset();
  }
}

}  // namespace koinon::postgres
