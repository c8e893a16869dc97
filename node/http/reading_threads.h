// The threads on which requests are read for: each has an io_context of its own, and whatever serves there
// belongs to it alone. Work goes to the thread that has least to do; one thread is kept for the Unix socket,
// so that an operator never waits for a visitor.
//
// Constructed, and asked for work, on one thread (the HTTP server's), whose executor every answer comes back
// to. Visitors share the threads out: each has a few places, and waits for one of its own to become free.
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
  // Which thread.
  using Number = std::size_t;

  // Some threads for everybody and one more for the Unix socket; they run from start() on.
  explicit ReadingThreads(std::size_t for_everybody);
  ~ReadingThreads();
  ReadingThreads(const ReadingThreads&) = delete;
  ReadingThreads& operator=(const ReadingThreads&) = delete;

  std::size_t count() const { return threads_.size(); }
  boost::asio::io_context& context(Number number) { return threads_[number]->io; }
  void start();
  // Joins the threads. What was under way is forgotten with the contexts, which live as long as this.
  void stop();

  // Where work is to go: who wants it, and whether it only reads (else it may wait for a writer, and takes a
  // place of another sort).
  struct For {
    std::string visitor;
    bool local = false;
    bool reads = true;
  };
  // Runs `work` on one of the threads. T has a value of its own without an argument.
  template <typename T>
  boost::asio::awaitable<T> run(For who, std::function<boost::asio::awaitable<T>(Number)> work) {
    std::shared_ptr<Shares> places = who.reads ? reading_ : changing_;
    return run_in_turn<T>(std::move(who), std::move(places), std::nullopt, std::move(work));
  }
  // The same, on that thread, where something of theirs is.
  template <typename T>
  boost::asio::awaitable<T> run_there(For who, Number number,
                                      std::function<boost::asio::awaitable<T>()> work) {
    return run_in_turn<T>(std::move(who), reading_, number,
                          [work = std::move(work)](Number) { return work(); });
  }
  // On that thread, whoever else is there. What is thrown there is thrown here.
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

  // Waits for a place of the visitor's, then runs `work` on that thread, or else on the least busy one.
  template <typename T>
  boost::asio::awaitable<T> run_in_turn(For who, std::shared_ptr<Shares> places, std::optional<Number> there,
                                        std::function<boost::asio::awaitable<T>(Number)> work) {
    if (!who.local) co_await wait_for_place(places, who.visitor);
    std::optional<Share> place;
    if (!who.local) place.emplace(places, who.visitor);
    const Number number = there ? *there : least_busy(who.local);
    const Share busy(busy_, std::to_string(number));
    // What is thrown is thrown on, once others have their turn.
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
  std::shared_ptr<Shares> changing_;              // the same, of requests that may wait for a writer
  std::shared_ptr<Shares> busy_;                  // requests under way on each thread
  std::multimap<std::string, boost::asio::steady_timer*> queued_;  // that wait, by visitor
};

}  // namespace koinon
