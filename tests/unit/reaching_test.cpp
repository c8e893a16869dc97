// How a node is reached whose host has several addresses, and what a silent name server holds up.
#include "node/transport/reaching.h"

#include <condition_variable>
#include <list>
#include <map>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace koinon::test::reaching_test {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

SigningKey key_of(char letter) { return SigningKey::from_seed(Bytes(32, letter)); }
NodeKey node_key_of(char letter) { return NodeKey::from(key_of(letter).public_key().view()); }
asio::ip::address address(const char* text) { return asio::ip::make_address(text); }

// Runs until `done`.
void run(asio::io_context& io, const bool& done) {
  while (!done && io.run_one_for(std::chrono::seconds(60)) > 0) continue;
  ASSERT_TRUE(done);
}

// A name server that says nothing until it is told to, whoever asks and from however many threads.
class SilentServer {
 public:
  LookedUp ask(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_[host];
    changed_.notify_all();
    changed_.wait(lock, [&] { return speaks_ || host == "good.example"; });
    return {{}, {address("192.0.2.7")}};
  }
  void speak() {
    const std::lock_guard lock(mutex_);
    speaks_ = true;
    changed_.notify_all();
  }
  int asked(const std::string& host) {
    const std::lock_guard lock(mutex_);
    return asked_[host];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> asked_;
  bool speaks_ = false;
};

class LookingUp : public testing::Test {
 protected:
  ~LookingUp() override { server->speak(); }
  LookUps::Resolve resolve() {
    return [server = server](const std::string& host) { return server->ask(host); };
  }
  static asio::awaitable<void> look(LookUps* look_ups, std::string host, LookedUp* answer, bool* done) {
    *answer = co_await look_ups->addresses(std::move(host));
    *done = true;
  }

  std::shared_ptr<SilentServer> server = std::make_shared<SilentServer>();
  asio::io_context io;
};

TEST_F(LookingUp, ANameThatHangsHoldsUpNoOther) {
  LookUps look_ups(io, resolve());
  LookedUp hangs, good, digits;
  bool hung = false, found = false, read = false;
  asio::co_spawn(io, look(&look_ups, "silent.example", &hangs, &hung), asio::detached);
  asio::co_spawn(io, look(&look_ups, "good.example", &good, &found), asio::detached);
  asio::co_spawn(io, look(&look_ups, "2001:db8::7", &digits, &read), asio::detached);
  run(io, found);
  EXPECT_EQ(good.addresses, std::vector{address("192.0.2.7")});
  run(io, read);
  EXPECT_EQ(digits.addresses, std::vector{address("2001:db8::7")});
  EXPECT_FALSE(hung);
  server->speak();
  run(io, hung);
  EXPECT_FALSE(hangs.error);
}

TEST_F(LookingUp, AfterTheDeadlineNobodyWaits) {
  LookUps look_ups(io, resolve(), std::chrono::milliseconds(1));
  LookedUp answer;
  bool done = false;
  asio::co_spawn(io, look(&look_ups, "silent.example", &answer, &done), asio::detached);
  run(io, done);
  EXPECT_EQ(answer.error, error_code(asio::error::timed_out));
}

TEST_F(LookingUp, AHostIsAskedForOnceHoweverManyWait) {
  LookUps look_ups(io, resolve());
  LookedUp first, second;
  bool done = false, done_too = false;
  asio::co_spawn(io, look(&look_ups, "silent.example", &first, &done), asio::detached);
  asio::co_spawn(io, look(&look_ups, "silent.example", &second, &done_too), asio::detached);
  io.poll();
  server->speak();
  run(io, done);
  run(io, done_too);
  EXPECT_EQ(server->asked("silent.example"), 1);
  EXPECT_EQ(second.addresses, std::vector{address("192.0.2.7")});
}

TEST_F(LookingUp, TheEndWaitsForNobody) {
  LookedUp answer;
  bool done = false;
  {
    asio::io_context brief;
    LookUps look_ups(brief, resolve());
    asio::co_spawn(brief, look(&look_ups, "silent.example", &answer, &done), asio::detached);
    brief.poll();
  }
  EXPECT_FALSE(done) << "and what the server says later finds nobody";
}

TEST(InTurns, BothKindsComeSoon) {
  const auto six = [](int number) { return address(("2001:db8::" + std::to_string(number)).c_str()); };
  const auto four = [](int number) { return address(("192.0.2." + std::to_string(number)).c_str()); };
  EXPECT_EQ(in_turns({six(1), six(2), six(3), four(1)}, 8), (std::vector{six(1), four(1), six(2), six(3)}));
  EXPECT_EQ(in_turns({four(1), six(1), six(1), four(1)}, 8), (std::vector{four(1), six(1)}));
  EXPECT_EQ(in_turns({six(1), six(2), four(1)}, 2), (std::vector{six(1), four(1)}));
  EXPECT_TRUE(in_turns({}, 8).empty());
}

// Listens on several addresses of this machine under one port.
class Reaching : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = make_tls_context(key_of('n'));
    const auto other = make_tls_context(key_of('x'));
    ASSERT_TRUE(made.ok() && other.ok());
    tls = *made;
    other_tls = *other;
    listen("127.0.0.1");
  }
  tcp::acceptor& listen(const char* where, int backlog = asio::socket_base::max_listen_connections) {
    auto& acceptor = acceptors.emplace_back(io);
    acceptor.open(tcp::v4());
    acceptor.bind(tcp::endpoint(address(where), port));
    acceptor.listen(backlog);
    port = acceptor.local_endpoint().port();
    return acceptor;
  }
  // Takes one connection after another, as a node with that key; without one, closes them.
  static asio::awaitable<void> serve(tcp::acceptor* acceptor, std::shared_ptr<asio::ssl::context> as) {
    while (true) {
      error_code error;
      tcp::socket socket = co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      if (as == nullptr) continue;
      PinCheck check;
      check.accepts = [](const NodeKey&) { return Pinning::kPinned; };
      TlsStream stream(std::move(socket), *as);
      attach(stream, check);
      (void)co_await shake_hands(&stream, true);
    }
  }
  void serve_at(tcp::acceptor& acceptor, const std::shared_ptr<asio::ssl::context>& as) {
    asio::co_spawn(io, serve(&acceptor, as), asio::detached);
  }
  static asio::awaitable<void> go(LookUps* look_ups, Whom whom, Reached* out, bool* done) {
    *out = co_await reach(*look_ups, std::move(whom));
    *done = true;
  }
  Reached reached(std::vector<asio::ip::address> addresses) {
    LookUps look_ups(io, [addresses](const std::string&) { return LookedUp{{}, addresses}; });
    Reached out;
    bool done = false;
    asio::co_spawn(io, go(&look_ups, {{"node.example", port}, node_key_of('n'), tls}, &out, &done),
                   asio::detached);
    run(io, done);
    return out;
  }

  asio::io_context io;
  std::uint16_t port = 0;
  std::list<tcp::acceptor> acceptors;
  std::shared_ptr<asio::ssl::context> tls;
  std::shared_ptr<asio::ssl::context> other_tls;
};

TEST_F(Reaching, AnAddressThatSwallowsPacketsKeepsNobodyAway) {
  serve_at(acceptors.front(), tls);
  // With its queue full, the system drops whatever comes.
  tcp::acceptor& silent = listen("127.0.0.2", 0);
  std::list<tcp::socket> queue;
  for (int i = 0; i < 3; ++i)
    queue.emplace_back(io).async_connect(silent.local_endpoint(), [](const error_code&) {});
  io.poll();
  const Reached out = reached({address("127.0.0.2"), address("127.0.0.1")});
  ASSERT_EQ(out.how, Reached::How::kYes);
  EXPECT_EQ(out.stream->next_layer().remote_endpoint().address(), address("127.0.0.1"));
}

TEST_F(Reaching, AfterWhoIsNotTheOneThatIsMeantTheOthersAreTried) {
  serve_at(acceptors.front(), tls);
  serve_at(listen("127.0.0.2"), nullptr);
  serve_at(listen("127.0.0.3"), other_tls);
  // Nobody listens at the fourth.
  const Reached out =
      reached({address("127.0.0.2"), address("127.0.0.3"), address("127.0.0.4"), address("127.0.0.1")});
  ASSERT_EQ(out.how, Reached::How::kYes);
  EXPECT_EQ(out.check->seen, node_key_of('n'));
}

TEST_F(Reaching, OfSeveralFailuresTheOneThatSaysMostIsTold) {
  serve_at(listen("127.0.0.2"), nullptr);
  serve_at(listen("127.0.0.3"), other_tls);
  EXPECT_EQ(reached({address("127.0.0.4")}).how, Reached::How::kSilent);
  EXPECT_EQ(reached({address("127.0.0.2"), address("127.0.0.4")}).how, Reached::How::kNoNode);
  const Reached out = reached({address("127.0.0.3"), address("127.0.0.2"), address("127.0.0.4")});
  EXPECT_EQ(out.how, Reached::How::kOtherKey);
  EXPECT_EQ(out.shown, node_key_of('x'));
}

TEST_F(Reaching, WhoTakesTheConnectionAndSaysNothingHangs) {
  listen("127.0.0.2");  // the system takes it, and nobody reads
  const Reached out = reached({address("127.0.0.2")});
  EXPECT_EQ(out.how, Reached::How::kHangs);
  EXPECT_NE(no_answer(out, "node.example:1").message.find("says nothing"), std::string::npos);
}

}  // namespace
}  // namespace koinon::test::reaching_test
