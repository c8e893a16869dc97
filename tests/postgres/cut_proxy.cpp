#include "tests/postgres/cut_proxy.h"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace koinon::test {
namespace {

// What libpq and the server call the socket in a folder.
sockaddr_un address_in(const std::string& folder) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL.5432";
  std::memcpy(out.sun_path, path.c_str(), std::min(path.size() + 1, sizeof(out.sun_path)));
  return out;
}

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

void do_not_wait(int socket) { ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK); }

}  // namespace

CutProxy::CutProxy(const std::string& server_folder) : server_(server_folder), listener_(new_socket()) {
  const sockaddr_un address = address_in(folder());
  (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  (void)::listen(listener_, 16);
  do_not_wait(listener_);
  (void)::pipe2(wake_.data(), O_CLOEXEC | O_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

CutProxy::~CutProxy() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake();
  thread_.join();
  for (const int file : {listener_, wake_[0], wake_[1]}) ::close(file);
}

void CutProxy::wake() { (void)!::write(wake_[1], "w", 1); }

CutProxy::Mode CutProxy::mode() const {
  const std::lock_guard lock(mutex_);
  return mode_;
}

void CutProxy::cut_after(From side, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  mode_ = Mode::kPasses;
  passed_ = {};
  left_ = {UINT64_MAX, UINT64_MAX};
  left_[static_cast<std::size_t>(side)] = bytes;
}

std::pair<CutProxy::Mode, bool> CutProxy::state() {
  const std::lock_guard lock(mutex_);
  return {mode_, std::exchange(cut_due_, false)};
}

bool CutProxy::has_cut() const { return mode() == Mode::kIsCut; }

void CutProxy::stall() { turn(Mode::kStalls); }

void CutProxy::heal() { turn(Mode::kPasses); }

void CutProxy::turn(Mode mode) {
  {
    const std::lock_guard lock(mutex_);
    mode_ = mode;
    passed_ = {};
    left_ = {UINT64_MAX, UINT64_MAX};
  }
  wake();
}

std::uint64_t CutProxy::passed(From side) const {
  const std::lock_guard lock(mutex_);
  return passed_[static_cast<std::size_t>(side)];
}

// How many of these bytes pass. Where not all do, everything is cut from now on.
std::size_t CutProxy::allowed(std::size_t side, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (mode_ == Mode::kIsCut) return 0;
  const auto passes = static_cast<std::size_t>(std::min<std::uint64_t>(left_[side], bytes));
  if (left_[side] != UINT64_MAX) left_[side] -= passes;
  passed_[side] += passes;
  if (passes < bytes) {
    mode_ = Mode::kIsCut;
    cut_due_ = true;
  }
  return passes;
}

void CutProxy::end_all() {
  for (const Pair& pair : pairs_) {
    ::close(pair.ways[0].from);
    ::close(pair.ways[0].to);
  }
  pairs_.clear();
}

void CutProxy::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = new_socket();
  const sockaddr_un address = address_in(server_);
  if (mode() == Mode::kIsCut ||
      ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  do_not_wait(client);
  do_not_wait(server);
  pairs_.push_back({{Way{client, server, {}, 0}, Way{server, client, {}, 1}}});
}

// One step of a way. False: one of its ends is gone.
bool CutProxy::carry(short events, Way& way) {
  if ((events & ~POLLOUT) != 0 && way.waiting.empty()) {
    std::array<char, 16 * 1024> bytes{};
    const ssize_t read = ::read(way.from, bytes.data(), bytes.size());
    if (read == 0 || (read < 0 && errno != EAGAIN)) return false;
    if (read > 0) way.waiting.assign(bytes.data(), allowed(way.side, static_cast<std::size_t>(read)));
  }
  if (way.waiting.empty()) return true;
  const ssize_t sent = ::send(way.to, way.waiting.data(), way.waiting.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  way.waiting.erase(0, static_cast<std::size_t>(sent));
  return true;
}

void CutProxy::run() {
  while (true) {
    const auto [now, cut] = state();
    if (cut) end_all();
    std::vector<pollfd> all = {{wake_[0], POLLIN, 0}};
    if (now != Mode::kStalls) {
      all.push_back({listener_, POLLIN, 0});
      for (const Pair& pair : pairs_) {
        for (const Way& way : pair.ways)
          all.push_back(way.waiting.empty() ? pollfd{way.from, POLLIN, 0} : pollfd{way.to, POLLOUT, 0});
      }
    }
    if (::poll(all.data(), all.size(), -1) < 0) continue;
    {
      const std::lock_guard lock(mutex_);
      if (ends_) break;
    }
    std::array<char, 16> woken{};
    if (all[0].revents != 0) (void)!::read(wake_[0], woken.data(), woken.size());
    if (now == Mode::kStalls) continue;
    std::size_t at = 2;
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      bool lives = true;
      for (Way& way : pair->ways) lives = carry(all[at++].revents, way) && lives;
      if (lives) {
        ++pair;
        continue;
      }
      ::close(pair->ways[0].from);
      ::close(pair->ways[0].to);
      pair = pairs_.erase(pair);
    }
    if (all[1].revents != 0) accept();
  }
  end_all();
}

}  // namespace koinon::test
