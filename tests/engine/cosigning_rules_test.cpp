// When a city signs that it holds the heads of others, and when it puts up its own, without a network.
#include "tests/engine/cosigned_alone.h"

namespace koinon::engine::test::cosigning_rules_test {
namespace {

CosignedKept kept_with_own_line(const std::vector<CosignedBrief>& heads) {
  CosignedKept out;
  out.heads = heads;
  out.own.emplace();
  out.own->head.note = "a note\n\nand its lines\n";
  return out;
}

class CosigningAlone : public CosignedAlone {
 protected:
  using CosignedAlone::CosignedAlone;

  const v1::Cosignatures said_as_own(const Link& link) {
    return last_said(link, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures);
  }
  // What is asked of the store when the timers have run.
  std::vector<Asked<CommitCosign>> cosigns() {
    pass(MonoTime(0));
    return asked<CommitCosign>();
  }
  void expect_rest() {
    EXPECT_TRUE(cosigns().empty());
    EXPECT_GT(next_timer(), now) << "a timer that is due for ever would keep the node busy";
  }
};

TEST_F(CosigningAlone, TheNewestHeadThatIsKeptIsCosignedAndTheLineLeavesOnceItIsDurable) {
  Link& author = meet('\1', kMilan);
  Link& other = meet('\2', kOslo);
  kept(kMilan, {brief(3), brief(2)});
  EXPECT_TRUE(asked<CommitCosign>().empty()) << "timers alone start it";
  EXPECT_LE(next_timer(), now);
  const auto asked = cosigns();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].intent.log, kMilan.log_id());
  EXPECT_EQ(asked[0].intent.next, point(3));
  EXPECT_FALSE(hears_of_cosigning(author)) << "nothing is durable yet";
  answer(asked[0].id, Answer(kept_with_own_line({brief(3, {7}), brief(2)})));
  const v1::Cosignatures line = said_as_own(author);
  EXPECT_EQ(line.request_id(), 0U);
  ASSERT_EQ(line.notes_size(), 1);
  EXPECT_EQ(line.notes(0).log_id(), kMilan.log_id().bytes());
  EXPECT_FALSE(hears_of_cosigning(other)) << "others hear of it with the row";
  EXPECT_EQ(parts.cosigned.last(kMilan.log_id()), point(3));
  pass(limits::kCosignEvery);
  expect_rest();
}

TEST_F(CosigningAlone, ALineThatTheStoreRefusesNeverLeaves) {
  Link& author = meet('\1', kMilan);
  kept(kMilan, {brief(3)});
  answer(cosigns().at(0).id, fail(Code::kConflict, "it signed a larger one"));
  EXPECT_FALSE(hears_of_cosigning(author));
  EXPECT_FALSE(parts.cosigned.last(kMilan.log_id()));
  pass(limits::kCosignEvery);
  expect_rest();
}

TEST_F(CosigningAlone, ALogIsCosignedEveryFewSecondsAtMost) {
  kept(kMilan, {brief(2)});
  answer(cosigns().at(0).id, Answer(kept_with_own_line({brief(2, {7})})));
  kept(kMilan, {brief(3), brief(2, {7})});
  EXPECT_TRUE(cosigns().empty());
  pass(limits::kCosignEvery - std::chrono::milliseconds(1));
  EXPECT_TRUE(asked<CommitCosign>().empty());
  pass(std::chrono::milliseconds(1));
  ASSERT_EQ(asked<CommitCosign>().size(), 1U);
  EXPECT_EQ(asked<CommitCosign>()[0].intent.next, point(3));
}

TEST_F(CosigningAlone, WhatIsNotHeldWholeWaits) {
  kept(kMilan, {brief(5)});
  expect_rest();
  grow(milan, 4);
  expect_rest();
  grow(milan, 5);
  EXPECT_EQ(cosigns().size(), 1U);
}

TEST_F(CosigningAlone, WhatIsSmallerOrContradictsWhatWasSignedIsNotGivenToTheStore) {
  parts.cosigned.set_last(kMilan.log_id(), point(3));
  kept(kMilan, {brief(2)});
  expect_rest();
  kept(kMilan, {brief(3), brief(2)});
  expect_rest();
  parts.cosigned.set_last(kMilan.log_id(), {0, TreeSize(3), key_of<Hash>('o')});
  kept(kMilan, {brief(3)});
  expect_rest();
  parts.cosigned.set_last(kMilan.log_id(), {1, TreeSize(1), key_of<Hash>('o')});
  kept(kMilan, {brief(3)});
  expect_rest();
}

TEST_F(CosigningAlone, HeadsOfAnotherOriginAreNotCosigned) {
  kept(kMilan, {brief(3, {}, 1)});
  expect_rest();
}

// The older one would be refused, too, or be as new as what was signed; and then the first again, without
// end.
TEST_F(CosigningAlone, WhatTheStoreRefusedIsNotTriedAgainNorAnOlderHead) {
  kept(kMilan, {brief(3), brief(2)});
  for (const Code code : {Code::kConflict, Code::kNotFound}) {
    parts.cosigning.forget(kMilan.log_id());
    parts.cosigning.look_at(kMilan.log_id());
    const auto first = cosigns();
    ASSERT_EQ(first.size(), 1U);
    answer(first[0].id, fail(code, "no"));
    for (int i = 0; i < 3; ++i) {
      pass(limits::kCosignEvery);
      expect_rest();
      kept(kMilan, {brief(3), brief(2)});
    }
  }
  grow(milan, 4);
  kept(kMilan, {brief(4), brief(3)});
  pass(limits::kCosignEvery);
  ASSERT_EQ(asked<CommitCosign>().size(), 1U) << "another head may be signed";
  EXPECT_EQ(asked<CommitCosign>()[0].intent.next, point(4));
}

TEST_F(CosigningAlone, WhereTheStoreFailsNothingIsTriedForAWhile) {
  kept(kMilan, {brief(3)});
  const auto first = cosigns();
  ASSERT_EQ(first.size(), 1U);
  answer(first[0].id, fail(Code::kDiskFull, "the disk is full"));
  kept(kOslo, {brief(2)});
  expect_rest();
  EXPECT_GE(next_timer(), now + limits::kStoreRetryMax);
  pass(limits::kStoreRetryMax);
  EXPECT_EQ(asked<CommitCosign>().size(), 2U);
}

TEST_F(CosigningAlone, AFrozenLogIsNotCosigned) {
  kept(kMilan, {brief(3)});
  parts.logs.freeze(milan);
  expect_rest();
}

TEST_F(CosigningAlone, ALogOutOfPolicyIsNotCosigned) {
  kept(kMilan, {brief(3)});
  parts.trust.set_blocked(kMilan.log_id(), true);
  parts.news.policy_changed(parts.admission.recompute());
  look();
  expect_rest();
}

// It may have signed what it no longer knows.
TEST_F(CosigningAlone, ALostKeySignsNothingUntilThereIsAnother) {
  parts.cosigning.set_lost(true);
  end_input();
  kept(kMilan, {brief(3)});
  expect_rest();
  parts.cosigning.set_lost(false);
  end_input();
  EXPECT_EQ(cosigns().size(), 1U);
}

TEST_F(CosigningAlone, WhatALostKeySignedLastTheNextOneSignsAgainOnce) {
  parts.cosigned.set_last(kMilan.log_id(), point(3));
  kept(kMilan, {brief(3, {7})});
  expect_rest();
  parts.cosigning.set_lost(true);
  end_input();
  parts.cosigning.set_lost(false);
  end_input();
  const auto again = cosigns();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].intent.next, point(3));
  answer(again[0].id, Answer(kept_with_own_line({brief(3, {8})})));
  pass(limits::kCosignEvery);
  expect_rest();
}

TEST_F(CosigningAlone, ProofOfARollbackMeansThatTheKeyIsLost) {
  parts.standing.epoch_lost("the peer has followed a later start", key_of<NodeKey>('\1'));
  end_input();
  ASSERT_EQ(asked<CommitRolledBack>().size(), 1U);
  answer(asked<CommitRolledBack>()[0].id, Answer(Done()));
  kept(kMilan, {brief(3)});
  expect_rest();
  // The operator lets the node sign its own log: with that its cosigner is not found again.
  parts.standing.take_word({key_of<NodeKey>('\1'), key_of<NodeKey>('\2')}, true);
  end_input();
  ASSERT_EQ(parts.standing.view().state, SigningState::kSigns);
  expect_rest();
  parts.cosigning.set_lost(false);
  end_input();
  EXPECT_EQ(cosigns().size(), 1U);
}

TEST_F(CosigningAlone, OneCommitOfALogIsWithTheStoreAtATime) {
  kept(kMilan, {brief(3)});
  const auto first = cosigns();
  ASSERT_EQ(first.size(), 1U);
  kept(kMilan, {brief(3)});
  EXPECT_TRUE(cosigns().empty());
  EXPECT_GT(next_timer(), now);
}

class WithALostKey : public CosigningAlone {
 protected:
  WithALostKey()
      : CosigningAlone(rome_holds({state_of(kMilan, 3, 1)}), [] {
          EngineConfig config = may_cosign();
          config.cosigner_lost = true;
          return config;
        }()) {}
};

TEST_F(WithALostKey, NothingIsSignedFromTheStartOn) {
  kept(kMilan, {brief(3)});
  expect_rest();
  parts.cosigning.set_lost(false);
  end_input();
  EXPECT_EQ(cosigns().size(), 1U);
}

class BeforeItMaySign : public CosigningAlone {
 protected:
  BeforeItMaySign()
      : CosigningAlone(rome_holds({state_of(kMilan, 3, 1), state_of(kOslo, 2, 2)}), [] {
          EngineConfig config = may_cosign();
          config.standing.mark = MarkSays::kNone;
          return config;
        }()) {}
};

TEST_F(BeforeItMaySign, NothingIsCosignedAndThenAllThatIsHeld) {
  kept(kMilan, {brief(3)});
  kept(kOslo, {brief(2)});
  expect_rest();
  parts.standing.take_word({key_of<NodeKey>('\1'), key_of<NodeKey>('\2')}, true);
  end_input();
  ASSERT_EQ(parts.standing.view().state, SigningState::kSigns);
  EXPECT_EQ(cosigns().size(), 2U);
}

class ObserverAlone : public CosigningAlone {
 protected:
  ObserverAlone() : CosigningAlone(pinned({kMilan}, {state_of(kMilan, 3, 1)}), EngineConfig()) {}
};

TEST_F(ObserverAlone, AnObserverCosignsNothingAndKeepsWhatOthersDid) {
  kept(kMilan, {brief(3, {7})});
  EXPECT_TRUE(asked<CommitCosign>().empty());
  pass(limits::kSetRowDelay);
  EXPECT_TRUE(asked<CommitCosign>().empty());
  EXPECT_EQ(asked<CommitSetRow>().size(), 1U) << "who follows it hears of the lines";
  EXPECT_GT(next_timer(), now);
}

// --- our own log ---

class OwnHeads : public CosigningAlone {
 protected:
  Log& rome = parts.logs.at(kRome.log_id());

  // Its head is put up, and the store keeps it.
  void put_up(std::uint64_t size) {
    const auto commits = asked<CommitCosigned>();
    ASSERT_EQ(commits.size(), 1U);
    EXPECT_EQ(commits[0].intent.log, kRome.log_id());
    EXPECT_EQ(commits[0].intent.head.head.size, TreeSize(size));
    EXPECT_TRUE(commits[0].intent.head.lines.empty());
    CosignedKept kept;
    kept.heads = {brief(size)};
    answer(commits[0].id, Answer(kept));
  }
  v1::CosignedHeads told(const Link& link) {
    return last_said(link, &v1::Frame::has_cosigned_heads, &v1::Frame::cosigned_heads);
  }
};

TEST_F(OwnHeads, AHeadIsPutUpEveryTenSecondsAtMostAndAllPeersAreTold) {
  Link& one = meet('\1', kMilan);
  Link& other = meet('\2', kOslo);
  Link& greeting = connect('\3');
  greeting.ready = false;
  parts.news.log_whole(rome);
  pass(MonoTime(0));
  ASSERT_NO_FATAL_FAILURE(put_up(4));
  for (const Link* link : {&one, &other}) {
    ASSERT_EQ(told(*link).heads_size(), 1);
    EXPECT_EQ(told(*link).heads(0).size(), 4U);
    EXPECT_EQ(told(*link).heads(0).root(), root_of(4).bytes());
    EXPECT_EQ(told(*link).heads(0).key_ids(), "");
  }
  EXPECT_FALSE(hears_of_cosigning(greeting));
  const MonoTime second = std::chrono::seconds(1);
  for (MonoTime passed{}; passed + second < limits::kPutUpEvery; passed += second) {
    grow(rome, rome.whole_size() + 2);
    pass(second);
    EXPECT_TRUE(asked<CommitCosigned>().empty()) << "a log that grows would never collect signatures";
    EXPECT_GT(next_timer(), now);
  }
  pass(second);
  ASSERT_NO_FATAL_FAILURE(put_up(rome.whole_size()));
  pass(limits::kPutUpEvery);
  EXPECT_TRUE(asked<CommitCosigned>().empty()) << "it is put up already";
  EXPECT_EQ(next_timer(), MonoTime::max());
}

TEST_F(OwnHeads, AFrozenLogPutsUpNothing) {
  parts.logs.freeze(rome);
  parts.news.log_whole(rome);
  pass(MonoTime(0));
  EXPECT_TRUE(asked<CommitCosigned>().empty());
  EXPECT_GT(next_timer(), now);
}

}  // namespace
}  // namespace koinon::engine::test::cosigning_rules_test
