#include "node/daemon/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "proto/base/thread_name.h"

namespace koinon {
namespace {

constexpr int kLookMs = 100;  // while the reader takes nothing: whether this is to end
constexpr std::chrono::minutes kTellAgain{1};

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// So many bytes go at once into a pipe that has room (pipe(7)), unmixed with what others write there. A piece
// ends with a line, unless one is longer.
std::string_view first_piece(std::string_view text) {
  if (text.size() <= PIPE_BUF) return text;
  const auto end = text.rfind('\n', PIPE_BUF - 1);
  return text.substr(0, end == std::string_view::npos ? PIPE_BUF : end + 1);
}

}  // namespace

LineWriter::LineWriter(int descriptor, std::size_t most_bytes, OnLost on_lost, std::string thread)
    : descriptor_(descriptor),
      most_bytes_(most_bytes),
      on_lost_(std::move(on_lost)),
      thread_([this, name = std::move(thread)] {
        name_this_thread(name);
        run();
      }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LineWriter::write(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() + 1 > most_bytes_) {
      ++lost_;
      return;
    }
    waiting_.append(line).push_back('\n');
  }
  wake_.notify_one();
}

void LineWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    const std::string lines = std::exchange(waiting_, {});
    lock.unlock();
    const std::uint64_t lost = write_out(lines);
    lock.lock();
    lost_ += lost;
    tell(lock);
  }
  tell_again_ = {};
  tell(lock);
}

std::uint64_t LineWriter::write_out(std::string_view lines) {
  while (!lines.empty()) {
    if (!wait_for_reader()) return lines_in(lines);
    const std::string_view piece = first_piece(lines);
    const auto written = ::write(descriptor_, piece.data(), piece.size());
    if (written > 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return lines_in(lines);
    }
  }
  return 0;
}

// Where the reader is gone, the write says so. False: this is to end, and the reader takes nothing.
bool LineWriter::wait_for_reader() {
  while (true) {
    pollfd out{descriptor_, POLLOUT, 0};
    if (::poll(&out, 1, kLookMs) > 0) return true;
    if (stopping()) return false;
  }
}

bool LineWriter::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void LineWriter::tell(std::unique_lock<std::mutex>& lock) {
  const auto now = std::chrono::steady_clock::now();
  if (lost_ == 0 || now < tell_again_) return;
  tell_again_ = now + kTellAgain;
  const std::uint64_t lost = std::exchange(lost_, 0);
  lock.unlock();
  if (on_lost_) on_lost_(lost);
  lock.lock();
}

}  // namespace koinon
