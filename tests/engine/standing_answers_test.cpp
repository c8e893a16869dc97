// What single peers may say about our log, without a network: an observer's word, another root at a size that
// we hold.
#include "tests/engine/alone.h"

namespace koinon::engine::test::standing_answers_test {
namespace {

const LogIdentity kSeoul = city("seoul");

// Seoul's node. Peer 1 is Milan's, which has held our log; peer 2 is an observer.
StoreState with_observer() {
  StoreState state = pinned({kMilan}, {state_of(kSeoul, 3, 1)});
  state.own_log = kSeoul.log_id();
  state.peers.front().held_ours = true;
  PeerRecord observer;
  observer.node_key = key_of<NodeKey>('\2');
  observer.name = "library.example";
  state.peers.push_back(observer);
  return state;
}

class StandingAlone : public Alone {
 protected:
  explicit StandingAlone(EngineConfig config = {}) : Alone(with_observer(), std::move(config)) {
    found_at_start = asked<CommitRolledBack>();
    milan.peer_log = kMilan.log_id();
    settle_all();
  }

  void settle_all() {
    parts.settle();
    look();
  }
  void say(Link& link, std::uint64_t size, const Hash& said) {
    v1::Seen seen;
    seen.set_size(size);
    if (size > 0) seen.set_root(said.bytes());
    seen.set_caught_up(true);
    parts.standing.on_seen(link, seen);
    settle_all();
  }
  SigningState state() const { return parts.standing.view().state; }
  // How often a head of our log was asked for.
  std::size_t asked_to_show(const Link& link) {
    const auto& said = said_to(link);
    return static_cast<std::size_t>(std::count_if(
        said.begin(), said.end(), [](const v1::Frame& frame) { return frame.has_get_heads(); }));
  }

  const Hash root = parts.logs.at(kSeoul.log_id()).state().range.root();
  std::vector<Asked<CommitRolledBack>> found_at_start;
  Link& milan = connect('\1');
  Link& observer = connect('\2');
};

TEST_F(StandingAlone, AnObserverIsNotAwaitedAndItsAnswerDoesNotCount) {
  EXPECT_EQ(state(), SigningState::kAsks);
  EXPECT_EQ(parts.standing.view().waits_for, std::vector{milan.peer});
  say(observer, 3, root);
  EXPECT_EQ(state(), SigningState::kAsks) << "Milan has not answered";
  EXPECT_EQ(parts.standing.view().answered, 0U);
  say(milan, 3, root);
  EXPECT_EQ(state(), SigningState::kSigns);
}

TEST_F(StandingAlone, AnObserverThatShowsALargerHeadStopsUs) {
  say(milan, 3, root);
  ASSERT_EQ(state(), SigningState::kSigns);
  parts.standing.note_head(observer, {TreeSize(5), key_of<Hash>('n'), "a head"});
  settle_all();
  EXPECT_EQ(state(), SigningState::kBehind);
  EXPECT_EQ(parts.standing.view().shown_by, observer.peer);
  EXPECT_EQ(parts.standing.view().shown, TreeSize(5));
  EXPECT_TRUE(parts.standing.view().pulls_back);
}

TEST_F(StandingAlone, AClaimOfARecoveryIsToBeShownThoughSizeAndRootAreOurs) {
  v1::Seen seen;
  seen.set_size(3);
  seen.set_root(root.bytes());
  seen.set_recoveries(1);
  seen.set_caught_up(true);
  parts.standing.on_seen(milan, seen);
  settle_all();
  EXPECT_EQ(asked_to_show(milan), 1U);
  EXPECT_EQ(state(), SigningState::kAsks);
  EXPECT_FALSE(parts.standing.view().pulls_back) << "it has shown nothing";
  say(milan, 3, root);
  EXPECT_EQ(state(), SigningState::kSigns) << "it has taken that back";
}

TEST_F(StandingAlone, ASmallerHeadThatWeHoldAnswers) {
  say(milan, 2, key_of<Hash>('t'));
  const auto reads = asked<ReadRoot>();
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads[0].intent.size, TreeSize(2));
  EXPECT_EQ(state(), SigningState::kAsks) << "until it is read";
  parts.effects.answer({reads[0].id, Answer(key_of<Hash>('t'))});
  settle_all();
  EXPECT_EQ(state(), SigningState::kSigns);
  EXPECT_EQ(asked_to_show(milan), 0U);
}

TEST_F(StandingAlone, AnotherRootAtAHeldSizeIsToBeShownAndHasAnsweredIfItIsNot) {
  say(milan, 2, key_of<Hash>('t'));
  const auto reads = asked<ReadRoot>();
  ASSERT_EQ(reads.size(), 1U);
  parts.effects.answer({reads[0].id, Answer(key_of<Hash>('u'))});
  settle_all();
  EXPECT_EQ(asked_to_show(milan), 1U);
  EXPECT_EQ(state(), SigningState::kAsks);
  EXPECT_TRUE(parts.standing.take_heads(
      milan, last_said(milan, &v1::Frame::has_get_heads, &v1::Frame::get_heads).request_id()))
      << "an answer without it";
  begin(limits::kShowWait - MonoTime(1));
  settle_all();
  EXPECT_EQ(state(), SigningState::kAsks);
  begin(limits::kShowWait);
  settle_all();
  EXPECT_EQ(told(Event::Kind::kCannotShow), 1U);
  EXPECT_EQ(parts.standing.view().cannot_show, std::vector{milan.peer});
  EXPECT_EQ(state(), SigningState::kSigns) << "words alone keep nobody from signing";
}

TEST_F(StandingAlone, WhoSaysNothingToThatIsAwaitedLikeOneThatIsAway) {
  say(milan, 5, key_of<Hash>('n'));
  EXPECT_EQ(asked_to_show(milan), 1U);
  const v1::Ping behind = last_said(milan, &v1::Frame::has_ping, &v1::Frame::ping);
  ASSERT_NE(behind.nonce(), 0U);
  begin(limits::kShowWait);
  settle_all();
  EXPECT_EQ(told(Event::Kind::kCannotShow), 0U) << "its line may be slow";
  EXPECT_EQ(parts.standing.view().waits_for, std::vector{milan.peer});
  begin(limits::kSigningWait);
  settle_all();
  EXPECT_EQ(state(), SigningState::kAsks) << "its head may come yet";
  v1::Pong pong;
  pong.set_nonce(behind.nonce() + 1);
  parts.standing.on_pong(milan, pong);
  settle_all();
  EXPECT_EQ(state(), SigningState::kAsks);
  pong.set_nonce(behind.nonce());
  parts.standing.on_pong(milan, pong);
  settle_all();
  EXPECT_EQ(told(Event::Kind::kCannotShow), 1U) << "it has passed the question over";
  EXPECT_EQ(state(), SigningState::kSigns);
}

TEST_F(StandingAlone, ALateHeadStillStopsUs) {
  say(milan, 5, key_of<Hash>('n'));
  begin(limits::kShowWait);
  settle_all();
  parts.standing.note_head(milan, {TreeSize(5), key_of<Hash>('n'), "a head"});
  settle_all();
  EXPECT_EQ(state(), SigningState::kBehind);
}

TEST_F(StandingAlone, AnotherRootAtTheSizeOfAllThatWeHoldIsDoubtedAtOnce) {
  say(milan, 3, key_of<Hash>('t'));
  EXPECT_TRUE(asked<ReadRoot>().empty());
  EXPECT_EQ(asked_to_show(milan), 1U);
  EXPECT_EQ(state(), SigningState::kAsks);
  say(milan, 3, root);
  EXPECT_EQ(state(), SigningState::kSigns) << "it has thought better of it";
}

class OfARestoredStore : public StandingAlone {
 protected:
  explicit OfARestoredStore(EngineConfig config = restored()) : StandingAlone(std::move(config)) {}
  static EngineConfig restored() {
    EngineConfig config;
    config.standing.restored = true;
    return config;
  }
  void pass(MonoTime time) {
    now += time;
    begin(now);
    settle_all();
  }
  MonoTime now{};
};

// Where the disk is full, a crash would forget that the store is an older one.
TEST_F(OfARestoredStore, NothingIsSignedBeforeTheFindingIsDurable) {
  say(milan, 3, root);
  ASSERT_EQ(found_at_start.size(), 1U);
  EXPECT_TRUE(found_at_start[0].intent.rolled_back);
  answer(found_at_start[0].id, fail(Code::kDiskFull, "the disk is full"));
  settle_all();
  EXPECT_EQ(state(), SigningState::kAsks);
  EXPECT_TRUE(asked<CommitRolledBack>().empty()) << "not at once";
  pass(limits::kStoreRetry);
  ASSERT_EQ(asked<CommitRolledBack>().size(), 1U);
  EXPECT_EQ(state(), SigningState::kAsks);
  answer(asked<CommitRolledBack>()[0].id, Answer(Done()));
  settle_all();
  EXPECT_EQ(state(), SigningState::kSigns);
}

// Else the next start would doubt a store that has signed since.
TEST_F(OfARestoredStore, ItsEndIsGivenToTheStoreUntilItIsKept) {
  answer(found_at_start.at(0).id, Answer(Done()));
  say(milan, 3, root);
  ASSERT_EQ(state(), SigningState::kSigns);
  ASSERT_EQ(asked<CommitRolledBack>().size(), 1U);
  EXPECT_FALSE(asked<CommitRolledBack>()[0].intent.rolled_back);
  answer(asked<CommitRolledBack>()[0].id, fail(Code::kDiskFull, "the disk is full"));
  pass(limits::kStoreRetry);
  EXPECT_EQ(state(), SigningState::kSigns);
  ASSERT_EQ(asked<CommitRolledBack>().size(), 1U);
  EXPECT_FALSE(asked<CommitRolledBack>()[0].intent.rolled_back);
  answer(asked<CommitRolledBack>()[0].id, Answer(Done()));
  pass(limits::kStoreRetry);
  EXPECT_TRUE(asked<CommitRolledBack>().empty()) << "once";
}

// The end of an older finding was not kept, and this store is a copy of that time: its cosigner key is lost.
class OfAnOlderFinding : public OfARestoredStore {
 protected:
  static EngineConfig found_before() {
    EngineConfig config;
    config.standing.restored = true;
    config.standing.rolled_back_at = UnixMillis{1};
    return config;
  }
  OfAnOlderFinding() : OfARestoredStore(found_before()) {}
};

TEST_F(OfAnOlderFinding, AnotherProofIsAFindingOfItsOwn) {
  EXPECT_TRUE(found_at_start.empty());
  parts.standing.note_head(milan, {TreeSize(5), key_of<Hash>('n'), "a head"});
  settle_all();
  EXPECT_EQ(state(), SigningState::kBehind);
  ASSERT_EQ(asked<CommitRolledBack>().size(), 1U);
  EXPECT_TRUE(asked<CommitRolledBack>()[0].intent.rolled_back);
  EXPECT_NE(asked<CommitRolledBack>()[0].intent.at, UnixMillis{1});
  EXPECT_EQ(parts.standing.view().rolled_back_at, asked<CommitRolledBack>()[0].intent.at);
}

}  // namespace
}  // namespace koinon::engine::test::standing_answers_test
