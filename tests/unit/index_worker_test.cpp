// The index's thread: whoever asks for the index to be emptied is answered, however many ask, also at the
// end.
#include "node/daemon/index_worker.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"

namespace koinon::test::index_worker_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};

// Is emptied when it may, and tells that it has begun.
class SlowIndex final : public IndexWriter {
 public:
  SlowIndex(std::promise<void>& begun, std::shared_future<void> may) : begun_(begun), may_(std::move(may)) {}
  using IndexWriter::catch_up;
  Result<std::size_t> catch_up(StoreReader&, std::uint64_t) override { return std::size_t{0}; }
  Status reset() override {
    if (!std::exchange(has_begun_, true)) begun_.set_value();
    may_.wait();
    return {};
  }
  bool is_unclean() const override { return false; }
  Result<bool> clean() override { return false; }
  bool fold() override { return true; }

 private:
  std::promise<void>& begun_;
  std::shared_future<void> may_;
  bool has_begun_ = false;
};

class IndexWorkerTest : public testing::Test {
 protected:
  std::future<Status> ask() {
    auto promise = std::make_shared<std::promise<Status>>();
    worker.reset([promise](Status done) { promise->set_value(std::move(done)); });
    return promise->get_future();
  }
  std::promise<void> begun;
  std::promise<void> may;
  IndexWorker worker{std::make_unique<SlowIndex>(begun, may.get_future().share()),
                     std::make_unique<MemoryStore>(MemoryStore::Options{}), [] { return UnixMillis{1}; },
                     [] {}, [](const Error&) {}};
};

TEST_F(IndexWorkerTest, EveryoneWhoAsksForAnEmptyIndexIsAnswered) {
  auto first = ask();
  ASSERT_EQ(begun.get_future().wait_for(kDeadline), std::future_status::ready);
  auto second = ask();
  auto third = ask();
  may.set_value();
  for (auto* answer : {&first, &second, &third}) {
    ASSERT_EQ(answer->wait_for(kDeadline), std::future_status::ready);
    EXPECT_TRUE(answer->get().ok());
  }
}

TEST(IndexWorkerBegins, AndSaysSoWhereNothingIsNewSoThatWhatSearchesNeedIsLoaded) {
  std::promise<void> begun;
  std::promise<void> may;
  std::promise<void> progress;
  may.set_value();
  IndexWorker worker{std::make_unique<SlowIndex>(begun, may.get_future().share()),
                     std::make_unique<MemoryStore>(MemoryStore::Options{}), [] { return UnixMillis{1}; },
                     [&] { progress.set_value(); }, [](const Error&) {}};
  EXPECT_EQ(progress.get_future().wait_for(kDeadline), std::future_status::ready);
}

TEST_F(IndexWorkerTest, WhoAsksWhetherItTurnsIsAnsweredOnceItDoes) {
  may.set_value();
  for (int i = 0; i < 3; ++i) {
    std::promise<std::thread::id> on;
    worker.ask([&] { on.set_value(std::this_thread::get_id()); });
    auto answer = on.get_future();
    ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    EXPECT_NE(answer.get(), std::this_thread::get_id());
  }
}

TEST_F(IndexWorkerTest, WhileItHangsNobodyIsAnswered) {
  auto emptied = ask();
  ASSERT_EQ(begun.get_future().wait_for(kDeadline), std::future_status::ready);
  std::promise<void> turned;
  std::atomic<bool> answered = false;
  worker.ask([&] {
    answered = true;
    turned.set_value();
  });
  EXPECT_FALSE(answered);
  may.set_value();
  EXPECT_EQ(turned.get_future().wait_for(kDeadline), std::future_status::ready);
  EXPECT_EQ(emptied.wait_for(kDeadline), std::future_status::ready);
}

TEST_F(IndexWorkerTest, AlsoWhoAsksAsTheNodeStops) {
  auto first = ask();
  ASSERT_EQ(begun.get_future().wait_for(kDeadline), std::future_status::ready);
  auto second = ask();
  std::thread stopping([this] { worker.stop(); });
  may.set_value();
  stopping.join();
  ASSERT_EQ(first.wait_for(kDeadline), std::future_status::ready);
  ASSERT_EQ(second.wait_for(kDeadline), std::future_status::ready);
  EXPECT_TRUE(first.get().ok());
}

// Counts what is asked of it.
class CountingIndex final : public IndexWriter {
 public:
  CountingIndex(std::atomic<int>& turns, std::promise<void>& turned) : turns_(turns), turned_(turned) {}
  using IndexWriter::catch_up;
  Result<std::size_t> catch_up(StoreReader&, std::uint64_t) override {
    if (turns_++ == 0) turned_.set_value();
    return std::size_t{0};
  }
  Status reset() override { return {}; }
  bool is_unclean() const override { return false; }
  Result<bool> clean() override { return false; }
  bool fold() override { return true; }

 private:
  std::atomic<int>& turns_;
  std::promise<void>& turned_;
};

TEST(IndexWorkerWithoutRoom, WritesNothingSaysWhyAndGoesOnByItself) {
  std::atomic<int> turns = 0;
  std::promise<void> turned;
  std::atomic<bool> room = false;
  std::promise<void> said;
  IndexWorker worker{std::make_unique<CountingIndex>(turns, turned),
                     std::make_unique<MemoryStore>(MemoryStore::Options{}),
                     [] { return UnixMillis{1}; },
                     [] {},
                     [&](const Error&) { said.set_value(); },
                     [&] { return room.load(); }};
  ASSERT_EQ(said.get_future().wait_for(kDeadline), std::future_status::ready);
  ASSERT_TRUE(worker.trouble());
  EXPECT_EQ(worker.trouble()->error.code, Code::kDiskFull);
  auto emptied = std::make_shared<std::promise<Status>>();
  worker.reset([emptied](Status done) { emptied->set_value(std::move(done)); });
  auto answer = emptied->get_future();
  ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
  EXPECT_FALSE(answer.get().ok()) << "an index that could not be filled again stays";
  EXPECT_EQ(turns, 0);
  room = true;
  ASSERT_EQ(turned.get_future().wait_for(kDeadline), std::future_status::ready) << "nobody woke it";
}

// Has always words of what was taken away, and needs a millisecond to be rid of them.
struct Cleaning {
  using Clock = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable turned;
  std::size_t turns = 0;
  std::vector<std::pair<Clock::time_point, Clock::time_point>> spans;
};
class UncleanIndex final : public IndexWriter {
 public:
  explicit UncleanIndex(Cleaning& seen) : seen_(seen) {}
  using IndexWriter::catch_up;
  Result<std::size_t> catch_up(StoreReader&, std::uint64_t) override {
    const std::lock_guard lock(seen_.mutex);
    ++seen_.turns;
    seen_.turned.notify_all();
    return std::size_t{0};
  }
  Status reset() override { return {}; }
  bool is_unclean() const override { return true; }
  Result<bool> clean() override {
    const auto began = Cleaning::Clock::now();
    while (Cleaning::Clock::now() < began + std::chrono::milliseconds(1)) {
    }
    const std::lock_guard lock(seen_.mutex);
    seen_.spans.emplace_back(began, Cleaning::Clock::now());
    return false;
  }
  bool fold() override { return true; }

 private:
  Cleaning& seen_;
};

// A city that takes back a note a second has not the whole index rewritten each time.
TEST(IndexWorkerCleans, ForAHundredthOfTheTimeAtMost) {
  Cleaning seen;
  IndexWorker worker{std::make_unique<UncleanIndex>(seen),
                     std::make_unique<MemoryStore>(MemoryStore::Options{}), [] { return UnixMillis{1}; },
                     [] {}, [](const Error&) {}};
  for (int turn = 0; turn < 200; ++turn) {
    std::unique_lock lock(seen.mutex);
    const std::size_t before = seen.turns;
    lock.unlock();
    worker.notify();
    lock.lock();
    ASSERT_TRUE(seen.turned.wait_for(lock, kDeadline, [&] { return seen.turns > before; }));
  }
  worker.stop();
  ASSERT_FALSE(seen.spans.empty());
  Cleaning::Clock::duration spent{};
  for (std::size_t i = 0; i + 1 < seen.spans.size(); ++i) spent += seen.spans[i].second - seen.spans[i].first;
  EXPECT_GE(seen.spans.back().first - seen.spans.front().first, 99 * spent) << seen.spans.size();
}

// Words of what was taken away are no reason to look again and again for room.
TEST(IndexWorkerWithoutRoom, RestsAlsoWhereSomethingIsToBeCleaned) {
  constexpr std::size_t kAsked = 200;
  Cleaning seen;
  std::atomic<std::size_t> looks = 0;
  IndexWorker worker{std::make_unique<UncleanIndex>(seen),
                     std::make_unique<MemoryStore>(MemoryStore::Options{}),
                     [] { return UnixMillis{1}; },
                     [] {},
                     [](const Error&) {},
                     [&] {
                       ++looks;
                       return false;
                     }};
  for (std::size_t i = 0; i < kAsked; ++i) {
    auto promise = std::make_shared<std::promise<Status>>();
    auto answer = promise->get_future();
    worker.reset([promise](Status done) { promise->set_value(std::move(done)); });
    ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    EXPECT_FALSE(answer.get().ok());
  }
  worker.stop();
  EXPECT_LE(looks, 2 * kAsked) << "once for each that asked, and now and then by itself";
}

}  // namespace
}  // namespace koinon::test::index_worker_test
