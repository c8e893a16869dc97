// Writes lines to a descriptor on a thread of its own, so that nobody waits for who reads them. What comes
// while too much waits is dropped, and counted.
//
// An asynchronous logger of spdlog would do the same, but its end waits for the reader without a limit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace koinon {

class LineWriter {
 public:
  // How many lines were dropped since it was told last. On the thread of this.
  using OnLost = std::function<void(std::uint64_t lines)>;

  // `descriptor` must stay open as long as this lives. SIGPIPE must be ignored. `most_bytes`: of lines that
  // wait. `on_lost` is called once writing goes on, once a minute at most, and at the end. `thread`: its
  // name.
  LineWriter(int descriptor, std::size_t most_bytes, OnLost on_lost, std::string thread);
  // What waits is written as long as nobody must be waited for; the rest is lost.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Any thread. `line`: without its end.
  void write(std::string_view line);

 private:
  void run();
  // Whole lines. Returns how many were lost.
  std::uint64_t write_out(std::string_view lines);
  bool wait_for_reader();
  bool stopping();
  void tell(std::unique_lock<std::mutex>& lock);

  const int descriptor_;
  const std::size_t most_bytes_;
  const OnLost on_lost_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // What the mutex guards.
  std::string waiting_;  // whole lines
  std::uint64_t lost_ = 0;
  bool stopping_ = false;

  std::chrono::steady_clock::time_point tell_again_{};  // the thread's
  std::thread thread_;
};

}  // namespace koinon
