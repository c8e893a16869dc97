#include "tools/bench/load_maker.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <thread>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/limits.h"
#include "proto/base/types.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace {

constexpr std::size_t kLoadReadBytes = 64 * limits::kKiB;
constexpr std::size_t kEventsEach = 64;

sockaddr_in local_address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(host);
  return out;
}

void send_at_once(int socket) {
  const int yes = 1;
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

// What is known of an answer once its header is here: its status, and its bytes with the header. Nothing:
// more is needed.
struct AnswerShape {
  unsigned status = 0;
  std::size_t bytes = 0;
};
std::optional<AnswerShape> shape_of(BytesView text) {
  const auto end = text.find("\r\n\r\n");
  if (end == BytesView::npos || text.size() < 12) return std::nullopt;
  AnswerShape out;
  out.status = static_cast<unsigned>(std::strtoul(text.data() + 9, nullptr, 10));
  out.bytes = end + 4;
  std::string head(text.substr(0, end));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto length = head.find("\r\ncontent-length:");
  if (length != std::string::npos && out.status != 304)
    out.bytes += std::strtoull(head.c_str() + length + 17, nullptr, 10);
  return out;
}

class Asker {
 public:
  Asker(const LoadOptions& options, std::uint32_t host) : options_(options) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in from = local_address(host, 0);
    const sockaddr_in to = local_address(INADDR_LOOPBACK, options.port);
    good_ = socket_ >= 0 && ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0 &&
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
    send_at_once(socket_);
    buffer_.resize(kLoadReadBytes);
  }
  ~Asker() {
    if (socket_ >= 0) ::close(socket_);
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  int socket() const { return socket_; }
  bool good() const { return good_; }

  bool ask(std::size_t number) {
    const std::string request = "GET " + options_.targets[number % options_.targets.size()] +
                                " HTTP/1.1\r\nHost: localhost\r\n" + options_.more + "\r\n";
    return ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }
  // The bytes of an answer that is here as a whole; 0: it is not. kUnavailable as make_load.
  Result<std::size_t> read() {
    const ssize_t got = ::recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
    if (got <= 0) return fail(Code::kUnavailable, "the node ended a connection", "load");
    filled_ += static_cast<std::size_t>(got);
    if (!shape_) shape_ = shape_of(BytesView(buffer_).substr(0, filled_));
    if (!shape_) return std::size_t{0};
    if (shape_->status != options_.status)
      return fail(Code::kUnavailable, "it was answered with " + std::to_string(shape_->status), "load");
    if (buffer_.size() < shape_->bytes) buffer_.resize(shape_->bytes);
    if (filled_ < shape_->bytes) return std::size_t{0};
    const std::size_t bytes = shape_->bytes;
    filled_ = 0;
    shape_.reset();
    return bytes;
  }

 private:
  const LoadOptions& options_;
  int socket_ = -1;
  bool good_ = false;
  Bytes buffer_;
  std::size_t filled_ = 0;
  std::optional<AnswerShape> shape_;
};

class Epoll {
 public:
  Epoll() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Epoll() { ::close(descriptor_); }
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;
  void watch(int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    (void)::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event);
  }
  std::vector<int> wait() {
    std::array<epoll_event, kEventsEach> events{};
    const int count = ::epoll_wait(descriptor_, events.data(), kEventsEach, 1000);
    std::vector<int> out;
    for (int i = 0; i < count; ++i) out.push_back(events.at(static_cast<std::size_t>(i)).data.fd);
    return out;
  }

 private:
  int descriptor_;
};

}  // namespace

Result<LoadResult> make_load(const LoadOptions& options) {
  Epoll epoll;
  std::map<int, std::unique_ptr<Asker>> askers;
  std::size_t asked = 0;
  for (std::size_t i = 0; i < options.visitors; ++i) {
    // 127.x.y.z, another one each time that a load is made.
    static std::atomic<std::uint32_t> next{(127U << 24U) + (1U << 16U)};
    auto asker = std::make_unique<Asker>(options, ++next);
    if (!asker->good() || !asker->ask(asked++))
      return fail(Code::kUnavailable, "the node does not take a connection", "load");
    epoll.watch(asker->socket());
    askers.emplace(asker->socket(), std::move(asker));
  }
  std::size_t answers = 0;
  std::size_t bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (seconds_since(begin) < options.seconds) {
    for (const int socket : epoll.wait()) {
      Asker& asker = *askers.at(socket);
      KOINON_ASSIGN(const std::size_t got, asker.read());
      if (got == 0) continue;
      ++answers;
      bytes += got;
      if (!asker.ask(asked++)) return fail(Code::kUnavailable, "the node ended a connection", "load");
    }
  }
  const double seconds = seconds_since(begin);
  if (answers == 0) return fail(Code::kUnavailable, "the node answered nothing", "load");
  return LoadResult{static_cast<double>(answers) / seconds,
                    static_cast<double>(bytes) / static_cast<double>(answers)};
}

struct BareServer::Loop {
  int listener = -1;
  int stop = -1;
  std::string answer;
  std::thread thread;

  void run() {
    Epoll epoll;
    epoll.watch(listener);
    epoll.watch(stop);
    std::vector<int> sockets;
    Bytes buffer(kLoadReadBytes, '\0');
    while (true) {
      for (const int descriptor : epoll.wait()) {
        if (descriptor == stop) {
          for (const int socket : sockets) ::close(socket);
          return;
        }
        if (descriptor == listener) {
          sockets.push_back(::accept(listener, nullptr, nullptr));
          send_at_once(sockets.back());
          epoll.watch(sockets.back());
          continue;
        }
        const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
        if (got > 0) (void)::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
        if (got == 0) (void)::shutdown(descriptor, SHUT_RDWR);
      }
    }
  }
};

BareServer::BareServer(std::size_t answer_bytes, int core) : loop_(std::make_unique<Loop>()) {
  std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
  const std::size_t body = answer_bytes > head.size() + 12 ? answer_bytes - head.size() - 12 : 1;
  loop_->answer = head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
  loop_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  loop_->stop = ::eventfd(0, EFD_CLOEXEC);
  sockaddr_in address = local_address(INADDR_LOOPBACK, 0);
  (void)::bind(loop_->listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  (void)::listen(loop_->listener, SOMAXCONN);
  socklen_t size = sizeof(address);
  (void)::getsockname(loop_->listener, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  loop_->thread = std::thread([loop = loop_.get(), core] {
    pin_to_core(core);
    loop->run();
  });
}

BareServer::~BareServer() {
  const std::uint64_t one = 1;
  (void)::write(loop_->stop, &one, sizeof(one));
  loop_->thread.join();
  ::close(loop_->listener);
  ::close(loop_->stop);
}

void pin_to_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const long all = ::sysconf(_SC_NPROCESSORS_ONLN);
  for (int i = 0; i < all; ++i) {
    if (core < 0 || i == core % static_cast<int>(all)) CPU_SET(static_cast<unsigned>(i), &cores);
  }
  (void)::sched_setaffinity(0, sizeof(cores), &cores);
}

}  // namespace koinon
