#include "tools/progress.h"

#include <iostream>
#include <utility>

#include <unistd.h>

namespace koinon {
namespace {

constexpr std::chrono::milliseconds kBetween{200};
constexpr std::chrono::seconds kLong{1};
constexpr const char* kWiped = "\r\033[K";

bool is_shown() { return ::isatty(STDERR_FILENO) != 0; }

}  // namespace

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), terminal_(is_shown()) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::cerr << kWiped << std::flush;
}

void ProgressLine::say(const std::string& how_far) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (shown_ && now - last_ < kBetween)) return;
  shown_ = true;
  last_ = now;
  std::cerr << kWiped << what_ << ": " << how_far << std::flush;
}

void ProgressLine::show(std::uint64_t done, std::uint64_t all) {
  say(std::to_string(all == 0 ? 100 : done * 100 / all) + " %");
}

void ProgressLine::count(std::uint64_t done) { say(std::to_string(done)); }

WaitingLine::WaitingLine(std::string what) : what_(std::move(what)) {
  if (is_shown()) thread_ = std::thread([this] { run(); });
}

WaitingLine::~WaitingLine() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void WaitingLine::run() {
  std::unique_lock lock(mutex_);
  std::chrono::seconds waited{0};
  while (!over_.wait_for(lock, kLong, [this] { return done_; })) {
    waited += kLong;
    std::cerr << kWiped << what_ << ": " << waited.count() << " s" << std::flush;
  }
  if (waited.count() > 0) std::cerr << kWiped << std::flush;
}

}  // namespace koinon
