// How etcd is asked: over one connection, at the next address where one fails, and never for long.
#include "node/daemon/etcd_client.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/limits.h"

namespace koinon::test::etcd_client_test {
namespace {

std::string answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Takes one connection after the other, and answers each request on it with the same text; with an empty one
// it stays silent until it ends.
class OneServer {
 public:
  explicit OneServer(std::string text) : text_(std::move(text)), listens_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    EXPECT_EQ(::bind(listens_, reinterpret_cast<const sockaddr*>(&here), size), 0);
    EXPECT_EQ(::listen(listens_, 8), 0);
    EXPECT_EQ(::getsockname(listens_, reinterpret_cast<sockaddr*>(&here), &size), 0);
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~OneServer() {
    ends_ = true;
    ::shutdown(listens_, SHUT_RDWR);
    if (const int at = at_.load(); at >= 0) ::shutdown(at, SHUT_RDWR);
    thread_.join();
    ::close(listens_);
  }
  OneServer(const OneServer&) = delete;
  OneServer& operator=(const OneServer&) = delete;

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::atomic<int> connections{0};
  std::atomic<int> requests{0};

 private:
  void run() {
    while (!ends_) {
      const int taken = ::accept(listens_, nullptr, nullptr);
      if (taken < 0) return;
      at_ = taken;
      ++connections;
      serve(taken);
      at_ = -1;
      ::close(taken);
    }
  }
  // Requests are small, and come one at a time.
  void serve(int taken) {
    std::string got;
    char part[4096];
    while (!ends_) {
      const ssize_t count = ::recv(taken, part, sizeof part, 0);
      if (count <= 0) return;
      got.append(part, static_cast<std::size_t>(count));
      if (!got.ends_with("{}")) continue;
      got.clear();
      ++requests;
      if (!text_.empty()) (void)::send(taken, text_.data(), text_.size(), MSG_NOSIGNAL);
    }
  }

  std::string text_;
  int listens_;
  std::uint16_t port_ = 0;
  std::atomic<int> at_{-1};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

std::string nobody() { return OneServer("").address(); }  // it has ended

Result<std::string> ask(EtcdClient& client) { return client.post("/v3/kv/range", "{}"); }
std::chrono::steady_clock::duration time_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

TEST(EtcdClient, AsksTheNextAddressAndStaysThereOnOneConnection) {
  OneServer fails(answer(503, R"({"error":"no leader"})"));
  OneServer good(answer(200, R"({"header":{}})"));
  EtcdClient client({nobody(), fails.address(), good.address()});
  for (int i = 0; i < 3; ++i) {
    const auto got = ask(client);
    ASSERT_TRUE(got.ok()) << got.error().text();
    EXPECT_EQ(*got, R"({"header":{}})");
  }
  EXPECT_EQ(fails.requests, 1);
  EXPECT_EQ(good.requests, 3);
  EXPECT_EQ(good.connections, 1);
}

TEST(EtcdClient, WhereNobodyListensNothingWasSentAndTheNextOnesFailAtOnce) {
  EtcdClient client({nobody(), nobody()});
  EXPECT_EQ(ask(client).error().code, Code::kUnavailable);
  const auto took = time_of([&] {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(ask(client).error().code, Code::kUnavailable);
  });
  EXPECT_LT(took, limits::kEtcdDeadline);
}

TEST(EtcdClient, WhoDoesNotAnswerMayHaveDoneIt) {
  OneServer silent("");
  EtcdClient client({silent.address()});
  Code code = Code::kInternal;
  const auto took = time_of([&] { code = ask(client).error().code; });
  EXPECT_EQ(code, Code::kIo);
  EXPECT_GE(silent.requests, 1);
  EXPECT_LT(took, 2 * limits::kEtcdDeadline);
}

TEST(EtcdClient, ARefusalIsTold) {
  for (const int status : {400, 429}) {
    OneServer full(answer(status, R"({"error":"database space exceeded"})"));
    EtcdClient client({full.address()});
    const auto refused = ask(client);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kRefused);
    EXPECT_NE(refused.error().text().find("database space exceeded"), std::string::npos);
    EXPECT_EQ(full.requests, 1);
  }
}

TEST(EtcdClient, AnAnswerHasALimit) {
  OneServer most(answer(200, std::string(limits::kEtcdAnswerBytes, ' ')));
  EtcdClient client({most.address()});
  EXPECT_TRUE(ask(client).ok());
  OneServer more(answer(200, std::string(limits::kEtcdAnswerBytes + 1, ' ')));
  EtcdClient other({more.address()});
  const auto refused = ask(other);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kIo);
  EXPECT_EQ(more.requests, 1);
}

TEST(EtcdClient, NoRedirectIsFollowed) {
  OneServer good(answer(200, "{}"));
  OneServer leads("HTTP/1.1 307 X\r\nLocation: " + good.address() + "/\r\nContent-Length: 0\r\n\r\n");
  EtcdClient client({leads.address()});
  EXPECT_EQ(ask(client).error().code, Code::kUnavailable);
  EXPECT_EQ(good.requests, 0);
}

}  // namespace
}  // namespace koinon::test::etcd_client_test
