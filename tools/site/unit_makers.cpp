#include "tools/site/unit_makers.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "proto/base/thread_name.h"

namespace koinon::site_export {
namespace {

// So far the makers may be ahead of what is written: a unit is some hundred kilobytes.
constexpr std::size_t kAhead = 64;

// What is made and not yet written, by its place in the list of wishes. Safe for any thread.
class Table {
 public:
  explicit Table(const std::vector<UnitMakers::Wish>& wishes) : wishes_(wishes) {}

  // Until nothing is left to be made, or somebody closes the table.
  void work(UnitMaker& maker) {
    while (true) {
      std::unique_lock lock(mutex_);
      written_.wait(lock, [&] { return closed_ || next_ == wishes_.size() || next_ < taken_ + kAhead; });
      if (closed_ || next_ == wishes_.size()) return;
      const std::size_t place = next_++;
      lock.unlock();
      auto unit = wishes_[place](maker);
      lock.lock();
      made_.emplace(place, std::move(unit));
      if (place == taken_) ready_.notify_one();
    }
  }

  // The next one; waits for it.
  Result<MadeUnit> take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return made_.contains(taken_); });
    auto unit = std::move(made_.extract(taken_).mapped());
    ++taken_;
    written_.notify_all();
    return unit;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    written_.notify_all();
  }

 private:
  const std::vector<UnitMakers::Wish>& wishes_;
  std::mutex mutex_;
  std::condition_variable ready_;    // what is to be written next was made
  std::condition_variable written_;  // there is room for more
  std::map<std::size_t, Result<MadeUnit>> made_;
  std::size_t next_ = 0;   // to be made
  std::size_t taken_ = 0;  // so many were taken
  bool closed_ = false;
};

}  // namespace

UnitMakers::UnitMakers(std::vector<std::unique_ptr<VisitedNode>> nodes, const SiteLinks& links)
    : nodes_(std::move(nodes)) {
  for (const auto& node : nodes_) makers_.push_back(std::make_unique<UnitMaker>(*node, links));
}

Status UnitMakers::make(const std::vector<Wish>& wishes, MadeFiles& files) {
  Table table(wishes);
  const std::size_t count = std::min(makers_.size(), wishes.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&table, &maker = *makers_[i]] {
      name_this_thread("maker");
      table.work(maker);
    });
  }
  const Status done = [&]() -> Status {
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      KOINON_ASSIGN(const MadeUnit unit, table.take());
      KOINON_TRY(files.put(unit));
    }
    return {};
  }();
  table.close();
  return done;
}

void UnitMakers::forget() {
  for (const auto& maker : makers_) maker->forget();
}

}  // namespace koinon::site_export
