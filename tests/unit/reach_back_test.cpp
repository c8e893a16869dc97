// Dialling back: which address is dialled for whom, and what is told of what was found there.
#include "node/transport/reach_back.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace koinon::test::reach_back_test {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

SigningKey key_of(char letter) { return SigningKey::from_seed(Bytes(32, letter)); }
NodeKey node_key_of(char letter) { return NodeKey::from(key_of(letter).public_key().view()); }

TEST(ReachBackTarget, IsWhatIsPinnedOrWhereTheConnectionComesFrom) {
  const auto target = [](const std::string& pinned, const std::string& announced, const std::string& from) {
    const auto out = reach_back_target(pinned, announced, from);
    return out ? out->text() : std::string("none");
  };
  EXPECT_EQ(target("node.seoul.example:8470", "node.seoul.example:8470", "192.0.2.7"),
            "node.seoul.example:8470");
  // Never the host that the asker names.
  EXPECT_EQ(target("node.seoul.example:8470", "victim.example:22", "192.0.2.7"), "192.0.2.7:22");
  EXPECT_EQ(target("", "node.seoul.example:8470", "2001:db8::7"), "[2001:db8::7]:8470");
  EXPECT_EQ(target("node.seoul.example:8470", "node.seoul.example:8471", ""), "none");
  // Nor a port of this machine or of its own network, from which everybody comes through a relay.
  for (const char* inside : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1",
                             "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1%2"}) {
    EXPECT_EQ(target("node.seoul.example:8470", "node.seoul.example:22", inside), "none") << inside;
    EXPECT_EQ(target("192.0.2.7:8470", "node.seoul.example:22", inside), "none") << inside;
    EXPECT_EQ(target("", "node.seoul.example:22", inside), "none") << inside;
  }
  // But where the operator pinned it.
  EXPECT_EQ(target("10.1.2.3:8470", "node.seoul.example:8471", "10.1.2.3"), "10.1.2.3:8471");
  EXPECT_EQ(target("[fd00:0::1]:8470", "node.seoul.example:8471", "fd00::1"), "[fd00::1]:8471");
  EXPECT_EQ(target("10.1.2.3:8470", "10.1.2.3:8470", "127.0.0.1"), "10.1.2.3:8470");
  EXPECT_EQ(target("nonsense", "nonsense", "192.0.2.7"), "none");
}

TEST(ReachOutcome, SaysWhatWasFound) {
  Reached reached;
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_NOT_LOOKED_UP);
  reached.how = Reached::How::kSilent;
  reached.error = asio::error::connection_refused;
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_REFUSED);
  reached.error = asio::error::timed_out;
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_SILENT);
  reached.how = Reached::How::kNoNode;
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_NO_NODE);
  reached.how = Reached::How::kOtherKey;
  reached.shown = node_key_of('b');
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_OTHER_KEY);
  reached.shown = node_key_of('a');
  EXPECT_EQ(reach_outcome(reached, node_key_of('a')), v1::REACH_OUTCOME_REACHED);
}

// A node that takes one connection. What it refused is what knocks.
struct Node {
  explicit Node(asio::io_context& io) : acceptor(io, {asio::ip::address_v4::loopback(), 0}) {}
  asio::awaitable<void> take_one() {
    const auto tls = make_tls_context(key_of('s'));
    if (!tls.ok()) co_return;
    check.accepts = [](const NodeKey&) { return Pinning::kNotPinned; };
    TlsStream stream(co_await acceptor.async_accept(asio::use_awaitable), **tls);
    attach(stream, check);
    shaken = co_await shake_hands(&stream, true);
  }
  tcp::acceptor acceptor;
  PinCheck check;
  Shaken shaken = Shaken::kYes;
};

TEST(ReachBack, SeesWhoseKeyIsShownAndKnocksNot) {
  asio::io_context io;
  LookUps look_ups(io);
  Node node(io);
  std::vector<std::pair<v1::ReachOutcome, std::string>> told;
  ReachBack back(
      io, [&look_ups](Whom whom) { return reach(look_ups, std::move(whom)); },
      [&told](const NodeKey&, v1::ReachOutcome outcome, const std::string& address) {
        told.emplace_back(outcome, address);
      });
  asio::co_spawn(io, node.take_one(), asio::detached);
  const Address address{"127.0.0.1", node.acceptor.local_endpoint().port()};
  back.dial(node_key_of('s'), address);
  io.run();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().first, v1::REACH_OUTCOME_REACHED);
  EXPECT_EQ(told.front().second, address.text());
  EXPECT_EQ(node.shaken, Shaken::kNo);
  EXPECT_FALSE(node.check.refused) << "it was shown no key, so nobody knocked";
}

TEST(ReachBack, WaitsForNewsAndNotForEver) {
  asio::io_context io;
  ReachBack back(io, {}, {});
  bool done = false;
  bool ended = false;
  asio::co_spawn(io, back.wait([&] { return done; }), [&](const std::exception_ptr&) { ended = true; });
  io.poll();
  EXPECT_FALSE(ended);
  back.note_news();
  io.poll();
  EXPECT_FALSE(ended) << "that was not the last";
  done = true;
  back.note_news();
  io.poll();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace koinon::test::reach_back_test
