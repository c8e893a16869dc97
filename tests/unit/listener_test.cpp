// Who comes in: a pinned peer is passed on, a stranger knocks.
#include "node/transport/listener.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "node/engine/engine.h"

namespace koinon::test::listener_test {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

SigningKey key_of(char letter) { return SigningKey::from_seed(Bytes(32, letter)); }
NodeKey node_key_of(char letter) { return NodeKey::from(key_of(letter).public_key().view()); }

// Connects, shows its key, and stays until the other side closes.
asio::awaitable<void> come(std::uint16_t port, char letter) {
  const auto context = make_tls_context(key_of(letter));
  if (!context.ok()) co_return;
  tcp::socket socket(co_await asio::this_coro::executor);
  boost::system::error_code error;
  co_await socket.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), port),
                                asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  PinCheck check;
  check.accepts = [](const NodeKey&) { return Pinning::kPinned; };
  TlsStream stream(std::move(socket), **context);
  attach(stream, check);
  if (co_await shake_hands(&stream, false) != Shaken::kYes) co_return;
  Bytes byte(1, '\0');
  co_await stream.async_read_some(asio::buffer(byte), asio::redirect_error(asio::use_awaitable, error));
}

class ListenerAlone : public testing::Test {
 protected:
  void SetUp() override {
    const auto tls = make_tls_context(key_of('n'));
    ASSERT_TRUE(tls.ok());
    ASSERT_TRUE(listener.start(*tls).ok());
    ASSERT_NE(listener.port(), 0);
  }
  void pin(char letter) {
    PeerRecord peer;
    peer.node_key = node_key_of(letter);
    peers.add(peer);
  }
  // Each comes when the one before has gone.
  void come_in_turn(std::string_view letters) {
    for (const char letter : letters) {
      bool gone = false;
      asio::co_spawn(io, come(listener.port(), letter), [&gone](const std::exception_ptr&) { gone = true; });
      while (!gone && io.run_one_for(std::chrono::seconds(60)) > 0) continue;
      ASSERT_TRUE(gone) << letter;
      io.poll();
    }
  }
  Listener::Parts parts() {
    return {
        io,
        "127.0.0.1",
        0,
        peers,
        joining,
        {[this] { return wall; }, [this] { return mono; }},
        [this](const NodeKey& key) { return shunned == key; },
        [this](std::unique_ptr<TlsStream>, std::unique_ptr<PinCheck> check) { came.push_back(*check->seen); },
        [this](const Knock& knock) { told.push_back(knock.key); }};
  }

  asio::io_context io;
  UnixMillis wall{1'700'000'000'000};
  MonoTime mono = std::chrono::hours(1);
  std::optional<NodeKey> shunned;
  std::vector<NodeKey> came;
  std::vector<NodeKey> told;
  Engine engine{EngineConfig(), StoreState(), Now()};
  Peers peers{engine, [this] { return wall; }, {}};
  Joining joining{{key_of('n'), std::nullopt, [this] { return wall; }, {}, {}}, {}};
  Listener listener{parts()};
};

TEST_F(ListenerAlone, APinnedPeerComesIn) {
  pin('a');
  come_in_turn("a");
  EXPECT_EQ(came, std::vector{node_key_of('a')});
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(listener.knocks().list(wall).empty());
}

TEST_F(ListenerAlone, APeerThatIsShunnedNeitherComesInNorKnocks) {
  pin('a');
  shunned = node_key_of('a');
  come_in_turn("a");
  EXPECT_TRUE(came.empty());
  EXPECT_TRUE(listener.knocks().list(wall).empty());
}

TEST_F(ListenerAlone, WhatTheOldKeyDidKeepsTheNewOneNotOut) {
  pin('a');
  shunned = node_key_of('a');
  peers.await(LogId::from(Bytes(LogId::kSize, 'l')),
              Peers::Awaited{node_key_of('a'), node_key_of('b'), EntryIndex(1)});
  come_in_turn("ab");
  EXPECT_EQ(came, std::vector{node_key_of('b')});
  EXPECT_TRUE(listener.knocks().list(wall).empty());
}

TEST_F(ListenerAlone, OfStrangersOneAMinuteIsTold) {
  come_in_turn("ab");
  EXPECT_TRUE(came.empty());
  EXPECT_EQ(told, std::vector{node_key_of('a')});
  EXPECT_EQ(listener.knocks().list(wall).size(), 2U) << "all are remembered";
  mono += std::chrono::minutes(1);
  come_in_turn("a");
  EXPECT_EQ(told.size(), 1U) << "it is known";
  come_in_turn("c");
  EXPECT_EQ(told, (std::vector{node_key_of('a'), node_key_of('c')}));
}

TEST_F(ListenerAlone, WhoIsPinnedDoesNotKnockAnyMore) {
  come_in_turn("a");
  listener.forget_knock(node_key_of('a'));
  pin('a');
  come_in_turn("a");
  EXPECT_EQ(came, std::vector{node_key_of('a')});
  EXPECT_TRUE(listener.knocks().list(wall).empty());
}

TEST_F(ListenerAlone, TheKeyOfAnInviteNeverKnocks) {
  const NodeKey key = node_key_of('i');
  joining.add({key, "", UnixMillis{wall.value - 1}});
  come_in_turn("i");
  EXPECT_TRUE(listener.knocks().list(wall).empty()) << "it has expired";
  joining.add({key, "", UnixMillis{wall.value + 1}});
  EXPECT_TRUE(joining.welcomes(key));
  joining.end(key);
  EXPECT_FALSE(joining.welcomes(key));
  come_in_turn("i");
  EXPECT_TRUE(listener.knocks().list(wall).empty()) << "it was used or revoked";
  EXPECT_TRUE(came.empty());
  EXPECT_TRUE(told.empty());
}

TEST_F(ListenerAlone, NobodyComesInOnceItHasStopped) {
  pin('a');
  listener.stop();
  come_in_turn("a");
  EXPECT_TRUE(came.empty());
}

}  // namespace
}  // namespace koinon::test::listener_test
