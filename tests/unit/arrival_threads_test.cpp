// What follows arrivals, as the daemon puts it together: the index is read by others once it has begun, and
// what others may fill is held back where the disk is kept for our own log.
#include "node/daemon/arrival_threads.h"

#include <chrono>
#include <future>
#include <limits>
#include <mutex>

#include <gtest/gtest.h>

#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test::arrival_threads_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};

class ArrivalThreadsTest : public NodeFolder {
 protected:
  void SetUp() override {
    NodeFolder::SetUp();
    auto opened = open();
    ASSERT_TRUE(opened.ok());
    folder.emplace(std::move(*opened));
    store = std::move(*open_sqlite_store(folder->files().store(), with_epochs(unkeyed_epochs())));
  }
  std::unique_ptr<ArrivalThreads> make(std::function<void()> on_indexed) {
    return std::make_unique<ArrivalThreads>(
        ArrivalThreads::Parts{config, log, *folder, identity, system_clock(), std::move(on_indexed)});
  }
  static Status reset(ArrivalThreads& arrivals) {
    auto promise = std::make_shared<std::promise<Status>>();
    auto answer = promise->get_future();
    arrivals.reset_index([promise](Status done) { promise->set_value(std::move(done)); });
    EXPECT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    return answer.get();
  }

  Config config;
  DaemonLog log{"error", "text"};
  NodeIdentity identity{"seoul.example", std::nullopt, {}, {}, std::nullopt};
  std::optional<FolderInUse> folder;
  std::unique_ptr<Store> store;
};

TEST_F(ArrivalThreadsTest, TellsThatTheIndexHasBegunBeforeThereIsACourier) {
  std::promise<void> begun;
  auto told = begun.get_future();
  std::once_flag first;
  const auto arrivals = make([&] { std::call_once(first, [&] { begun.set_value(); }); });
  ASSERT_TRUE(arrivals->start_index(*store->epochs()).ok());
  EXPECT_EQ(told.wait_for(kDeadline), std::future_status::ready);
  EXPECT_TRUE(folder->open_databases(arrivals->columns()).ok());
}

TEST_F(ArrivalThreadsTest, EmptiesTheIndexAndStopsWithACourierThatRuns) {
  const auto arrivals = make([] {});
  const Nearness nearness;
  ASSERT_TRUE(arrivals->start_index(*store->epochs()).ok());
  ASSERT_TRUE(arrivals->start_courier(nearness).ok());
  EXPECT_TRUE(reset(*arrivals).ok());
  arrivals->notify();
  arrivals->wake_courier();
  arrivals->stop();
  EXPECT_FALSE(arrivals->index_trouble());
}

TEST_F(ArrivalThreadsTest, IndexesNothingWhereTheDiskIsKeptForOurOwnLog) {
  config.disk_reserve_bytes = std::numeric_limits<std::uint64_t>::max();
  const auto arrivals = make([] {});
  ASSERT_TRUE(arrivals->start_index(*store->epochs()).ok());
  EXPECT_FALSE(reset(*arrivals).ok());
  arrivals->stop();
  EXPECT_TRUE(arrivals->index_trouble());
}

TEST_F(ArrivalThreadsTest, IsStoppedWhereNothingHasBegun) {
  const auto arrivals = make([] {});
  arrivals->stop();
  arrivals->stop();
}

}  // namespace
}  // namespace koinon::test::arrival_threads_test
