// Gives memory back to the system while the node has nothing to do: what the start, a catch-up or many
// readers needed, and nobody needs now. Nothing of it is lost: what is needed again comes back by itself.
//
// IdleRule decides, without clock and threads. IdleMemory looks again and again.
#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace koinon {

class IdleRule {
 public:
  static constexpr std::chrono::seconds kLook{30};        // from one look to the next
  static constexpr std::chrono::milliseconds kIdle{300};  // of work from one look to the next, at most: 1 %
  static constexpr std::chrono::seconds kWorth{1};        // of work since memory was given back, at least

  // `worked`: how long the processors have worked for this process, at the first look and at each further
  // one.
  explicit IdleRule(std::chrono::nanoseconds worked) : looked_(worked) {}
  // True: it is time. The node was idle since the last look, and memory was not given back yet, or the node
  // has worked since.
  bool is_time(std::chrono::nanoseconds worked);

 private:
  std::chrono::nanoseconds looked_;
  std::optional<std::chrono::nanoseconds> gave_;  // how long they had worked when memory was given back
};

// What malloc keeps for later, and the pages of program and libraries that only read.
//
// The kernel maps 16 pages of a file for each one that a program touches (fault_around_bytes), so after the
// start most of the code is mapped, and little of it is used. Here all of it is unmapped. It stays in the
// page cache, and what is used is mapped again: a thousand page faults without a disk, about a millisecond.
// Any thread; others go on meanwhile.
void give_memory_back();

class IdleMemory {
 public:
  // Works on the thread that runs `io`, as long as this lives.
  explicit IdleMemory(boost::asio::io_context& io);
  IdleMemory(const IdleMemory&) = delete;
  IdleMemory& operator=(const IdleMemory&) = delete;

 private:
  void wait();

  boost::asio::steady_timer timer_;
  IdleRule rule_;
};

}  // namespace koinon
