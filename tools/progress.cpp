#include "tools/progress.h"

#include <iostream>
#include <utility>

#include <unistd.h>

namespace koinon {
namespace {

constexpr std::chrono::milliseconds kBetween{200};

}  // namespace

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
}

void ProgressLine::show(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (shown_ && now - last_ < kBetween)) return;
  shown_ = true;
  last_ = now;
  const std::uint64_t percent = all == 0 ? 100 : done * 100 / all;
  std::cerr << "\r\033[K" << what_ << ": " << percent << " %" << std::flush;
}

}  // namespace koinon
