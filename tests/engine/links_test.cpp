// Links alone: an end is marked, and what is asked for is answered with the type that it names.
#include "node/engine/links.h"

#include <gtest/gtest.h>

#include "node/engine/store_health.h"

namespace koinon::engine::links_test {
namespace {

struct World {
  World() { links.connect(SessionId(1), NodeKey::from(Bytes(32, 'p')), true); }
  Effects effects{{}, std::nullopt, {}};
  Peers peers{effects, {}};
  Links links{effects, peers};
  StoreHealth store{effects};
};

TEST(Links, AnEndedLinkIsGoodUntilItIsTaken) {
  World world;
  Link& link = *world.links.find(SessionId(1));
  world.links.end_for_lie(link, fail(Code::kMalformed, "it breaks a rule"));
  EXPECT_EQ(world.links.find(SessionId(1)), nullptr);
  EXPECT_TRUE(world.links.all().empty());
  EXPECT_EQ(link.ended, "it breaks a rule");
  EXPECT_EQ(world.links.take_ended().get(), &link);
  EXPECT_EQ(world.links.take_ended(), nullptr);
}

TEST(Links, NothingIsSentOverAnEndedLink) {
  World world;
  Link& link = *world.links.find(SessionId(1));
  world.links.end_by_peer(link, "enough");
  (void)world.effects.take_outputs();
  v1::Frame frame;
  frame.mutable_ping()->set_nonce(1);
  world.links.send(link, frame);
  world.links.end_for_lie(link, fail(Code::kMalformed, "it ends once only"));
  EXPECT_TRUE(world.effects.take_outputs().empty());
  EXPECT_EQ(world.peers.conduct(link.peer), nullptr);
}

TEST(Links, AFrameWaitsForCredit) {
  World world;
  Link& link = *world.links.find(SessionId(1));
  v1::Frame frame;
  frame.mutable_chunk()->set_request_id(7);
  world.links.send_on_credit(link, frame, 7);
  EXPECT_TRUE(world.effects.take_outputs().empty());
  world.links.add_credit(link, limits::kKiB);
  EXPECT_EQ(world.effects.take_outputs().size(), 1U);
}

TEST(Effects, AnAnswerHasTheTypeThatItsIntentNames) {
  World world;
  std::optional<Result<Hash>> got;
  world.effects.ask(ReadRoot{}, [&](const Result<Hash>& answer) { got = answer; });
  world.effects.answer({IntentId(1), Answer(Hash::from(Bytes(32, 'h')))});
  ASSERT_TRUE(got && got->ok());
  world.effects.ask(ReadRoot{}, [&](const Result<Hash>& answer) { got = answer; });
  world.effects.answer({IntentId(2), Answer(Done{})});
  ASSERT_FALSE(got->ok());
  EXPECT_EQ(got->error().code, Code::kInternal);
}

TEST(StoreHealth, IsTriedAgainAfterAWhile) {
  World world;
  Now now;
  EXPECT_FALSE(world.store.begin_try());
  world.store.note_failure(LogId(), fail(Code::kDiskFull, "the disk is full"));
  world.store.note_failure(LogId(), fail(Code::kDiskFull, "the disk is full"));
  EXPECT_EQ(world.effects.take_outputs().size(), 1U);  // told once
  EXPECT_FALSE(world.store.begin_try());
  now.mono = world.store.retry_at();
  world.effects.begin_input(now);
  EXPECT_TRUE(world.store.begin_try());
  EXPECT_FALSE(world.store.has_failed());
}

}  // namespace
}  // namespace koinon::engine::links_test
