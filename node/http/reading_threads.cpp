#include "node/http/reading_threads.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "proto/base/thread_name.h"

namespace koinon {
namespace asio = boost::asio;

ReadingThreads::ReadingThreads(std::size_t for_everybody)
    : reading_(std::make_shared<Shares>(limits::kReadsPerVisitor, SIZE_MAX)),
      changing_(std::make_shared<Shares>(limits::kHttpChangesPerVisitor, SIZE_MAX)),
      busy_(std::make_shared<Shares>(SIZE_MAX, SIZE_MAX)) {
  for (std::size_t i = 0; i < for_everybody + 1; ++i) threads_.push_back(std::make_unique<Thread>());
}

ReadingThreads::~ReadingThreads() { stop(); }

void ReadingThreads::start() {
  for (Number number = 0; number < threads_.size(); ++number) {
    threads_[number]->thread = std::thread([number, &io = threads_[number]->io] {
      name_this_thread(name_of(number));
      io.run();
    });
  }
}

void ReadingThreads::stop() {
  for (const auto& thread : threads_) {
    thread->io.stop();
    if (thread->thread.joinable()) thread->thread.join();
  }
}

// Commands over the Unix socket go to its own thread. If that is busy, the next command goes to another
// thread.
ReadingThreads::Number ReadingThreads::least_busy(bool local) const {
  const auto busy = [this](Number number) { return busy_->of(std::to_string(number)); };
  const Number own = threads_.size() - 1;
  Number best = local ? own : 0;
  for (Number i = 0; i < own; ++i) {
    if (busy(i) < busy(best)) best = i;
  }
  return best;
}

asio::awaitable<void> ReadingThreads::wait_for_place(std::shared_ptr<Shares> places, std::string visitor) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!places->has_room(visitor)) {
    timer.expires_at(asio::steady_timer::time_point::max());
    const auto queued = queued_.emplace(visitor, &timer);
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    queued_.erase(queued);
  }
}

void ReadingThreads::wake(const std::string& visitor) {
  const auto [begin, end] = queued_.equal_range(visitor);
  for (auto it = begin; it != end; ++it) it->second->cancel();
}

}  // namespace koinon
