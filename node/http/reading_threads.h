// The threads that answer requests. Each has an io_context of its own, and its objects belong to it alone.
// Work goes to the thread with the least to do. One thread is kept for the Unix socket, so that an operator
// never waits for a visitor.
//
// It is constructed and called on one thread, the HTTP server's. Every answer comes back to that thread's
// executor. Each visitor has a few places. If all of them are taken, the visitor's next request waits.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/http/shares.h"
#include "proto/base/limits.h"

namespace koinon {

class ReadingThreads {
 public:
  // The number of a thread.
  using Number = std::size_t;

  // Makes `for_everybody` threads, and one more for the Unix socket. They run from start() on.
  explicit ReadingThreads(std::size_t for_everybody);
  ~ReadingThreads();
  ReadingThreads(const ReadingThreads&) = delete;
  ReadingThreads& operator=(const ReadingThreads&) = delete;

  // As tools that look at threads show it, and whoever tells of one.
  static std::string name_of(Number number) { return "reading " + std::to_string(number + 1); }

  std::size_t count() const { return threads_.size(); }
  boost::asio::io_context& context(Number number) { return threads_[number]->io; }
  void start();
  // Joins the threads. Unfinished work is destroyed with the contexts, which live as long as this object.
  void stop();

  // For whom the work is, and whether it only reads. Work that changes something may wait for a writer, so it
  // takes places of another kind.
  struct For {
    std::string visitor;
    bool local = false;
    bool reads = true;
  };
  // Runs `work` on one of the threads. T must be default constructible.
  template <typename T>
  boost::asio::awaitable<T> run(For who, std::function<boost::asio::awaitable<T>(Number)> work) {
    std::shared_ptr<Shares> places = who.reads ? reading_ : changing_;
    return run_in_turn<T>(std::move(who), std::move(places), std::nullopt, std::move(work));
  }
  // The same on a given thread, which holds something of this visitor.
  template <typename T>
  boost::asio::awaitable<T> run_there(For who, Number number,
                                      std::function<boost::asio::awaitable<T>()> work) {
    return run_in_turn<T>(std::move(who), reading_, number,
                          [work = std::move(work)](Number) { return work(); });
  }
  // Runs `work` on that thread without waiting for a place. What it throws is thrown here.
  template <typename T>
  boost::asio::awaitable<T> run_on(Number number, std::function<boost::asio::awaitable<T>()> work) {
    co_return co_await boost::asio::co_spawn(threads_[number]->io, std::move(work),
                                             boost::asio::use_awaitable);
  }

 private:
  struct Thread {
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
    std::thread thread;
  };

  // Waits for a place of the visitor. Then runs `work` on the thread `there`, or on the least busy one if
  // none is given.
  template <typename T>
  boost::asio::awaitable<T> run_in_turn(For who, std::shared_ptr<Shares> places, std::optional<Number> there,
                                        std::function<boost::asio::awaitable<T>(Number)> work) {
    if (!who.local) co_await wait_for_place(places, who.visitor);
    std::optional<Share> place;
    if (!who.local) place.emplace(places, who.visitor);
    const Number number = there ? *there : least_busy(who.local);
    const Share busy(busy_, std::to_string(number));
    // An exception is kept until the place is given to the next request.
    std::exception_ptr thrown;
    T out{};
    try {
      out = co_await run_on<T>(number, [work, number] { return work(number); });
    } catch (...) {
      thrown = std::current_exception();
    }
    place.reset();
    wake(who.visitor);
    if (thrown) std::rethrow_exception(thrown);
    co_return out;
  }

  Number least_busy(bool local) const;
  boost::asio::awaitable<void> wait_for_place(std::shared_ptr<Shares> places, std::string visitor);
  void wake(const std::string& visitor);

  std::vector<std::unique_ptr<Thread>> threads_;  // the last is the Unix socket's
  std::shared_ptr<Shares> reading_;               // of each visitor
  std::shared_ptr<Shares> changing_;              // the same for requests that may wait for a writer
  std::shared_ptr<Shares> busy_;                  // requests under way on each thread
  std::multimap<std::string, boost::asio::steady_timer*> queued_;  // waiting requests, by visitor
};

}  // namespace koinon
