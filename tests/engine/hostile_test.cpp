// Peers that lie, and peers that are merely wrong: nothing of theirs becomes visible, the honest go on.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::hostile_test {
namespace {

class Hostile : public testing::TestWithParam<unsigned> {
 protected:
  // Seoul's frames to LA are changed; LA must hold nothing of them, drop Seoul, and still hear from Milan.
  void expect_refused(std::function<bool(v1::Frame&)> change) {
    seoul.publish(20);
    network.peer(seoul, la);
    network.peer(milan, la);
    const SessionId bad = network.connect(la, seoul);
    network.tamper_frames(bad, seoul, std::move(change));
    network.connect(la, milan);
    milan.publish(5);
    network.drive();
    EXPECT_FALSE(network.is_open(bad));
    EXPECT_EQ(la.holds(seoul), 0U);
    EXPECT_FALSE(la.store->record(seoul.id(), EntryIndex(0)).ok());
    EXPECT_EQ(la.events_of(Event::Kind::kPeerLied).size(), 1U);
    EXPECT_EQ(la.holds(milan), 6U);
    // Not at once, but after a while it may come back; and honestly now: nothing was lost.
    EXPECT_TRUE(la.engine->shuns(la.now, seoul.config.node_key));
    const SessionId early = network.connect(la, seoul);
    network.drive();
    EXPECT_FALSE(network.is_open(early));
    network.pass(limits::kLieBackoff);
    network.connect(la, seoul);
    network.drive();
    EXPECT_EQ(la.holds(seoul), 21U);
  }
  // Keeps the bytes of the last of these frames that Seoul sends, as it sends them.
  void keep_last(SessionId session, bool (v1::Frame::*is_one)() const, Bytes& kept) {
    network.tamper(session, seoul, [is_one, &kept](Bytes bytes) {
      FrameReader reader;
      reader.feed(bytes);
      const auto frame = reader.next();
      if (frame.ok() && *frame && ((**frame).*is_one)()) kept = bytes;
      return bytes;
    });
  }
  Network network{GetParam()};
  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, Hostile, seeds(4));

TEST_P(Hostile, AFlippedBitInAnEntry) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) (*frame.mutable_chunk()->mutable_records(3)->mutable_entry())[5] ^= 1;
    return true;
  });
}

TEST_P(Hostile, AFlippedBitInABody) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) (*frame.mutable_chunk()->mutable_records(3)->mutable_body())[30] ^= 1;
    return true;
  });
}

TEST_P(Hostile, AFlippedBitInASignature) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_heads()) {
      auto* note = frame.mutable_heads()->mutable_heads(0)->mutable_checkpoint();
      char& c = (*note)[note->size() - 10];
      c = c == 'A' ? 'B' : 'A';
    }
    return true;
  });
}

TEST_P(Hostile, AnIdentityThatDoesNotHashToTheLogId) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_heads())
      frame.mutable_heads()->mutable_heads(0)->mutable_identity()->set_name("other.example");
    return true;
  });
}

TEST_P(Hostile, AMissingRecord) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) frame.mutable_chunk()->mutable_records()->DeleteSubrange(4, 1);
    return true;
  });
}

TEST_P(Hostile, RecordsOutOfOrder) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) frame.mutable_chunk()->mutable_records()->SwapElements(4, 5);
    return true;
  });
}

TEST_P(Hostile, AChunkThatBeginsElsewhere) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) frame.mutable_chunk()->set_from(1);
    return true;
  });
}

TEST_P(Hostile, ABodyWhereTheEntryHasNone) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) frame.mutable_chunk()->mutable_records(0)->set_body("a body");
    return true;
  });
}

TEST_P(Hostile, ALeafOverItsLimit) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk())
      frame.mutable_chunk()->mutable_records(2)->set_entry(Bytes(limits::kLeafBytes + 1, 'x'));
    return true;
  });
}

TEST_P(Hostile, AWrongHashInTheProof) {
  expect_refused([](v1::Frame& frame) {
    if (frame.has_chunk()) frame.mutable_chunk()->set_right(Bytes(32, 'x'));
    return true;
  });
}

TEST_P(Hostile, AReplayedChunkIsAnAnswerToNothing) {
  seoul.publish(20);
  network.peer(seoul, la);
  const SessionId bad = network.connect(la, seoul);
  Bytes replay;
  keep_last(bad, &v1::Frame::has_chunk, replay);
  network.drive();
  ASSERT_EQ(la.holds(seoul), 21U);
  ASSERT_FALSE(replay.empty());
  network.inject(bad, la, replay);
  network.drive();
  EXPECT_FALSE(network.is_open(bad));
  EXPECT_EQ(la.holds(seoul), 21U);
}

TEST_P(Hostile, AReplayedPushSaysNothingNew) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  Bytes replay;
  keep_last(session, &v1::Frame::has_push, replay);
  seoul.publish(1);
  network.drive();
  seoul.publish(1);
  network.drive();
  ASSERT_FALSE(replay.empty());
  network.inject(session, la, replay);
  network.drive();
  EXPECT_TRUE(network.is_open(session));
  EXPECT_EQ(la.holds(seoul), 3U);
}

TEST_P(Hostile, APushWithAForgedHead) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  network.tamper_frames(session, seoul, [](v1::Frame& frame) {
    if (frame.has_push()) {
      auto* note = frame.mutable_push()->mutable_head()->mutable_checkpoint();
      char& c = (*note)[note->size() - 10];
      c = c == 'A' ? 'B' : 'A';
    }
    return true;
  });
  seoul.publish(1);
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(la.holds(seoul), 1U);
}

TEST_P(Hostile, ALeafThatIsNoEntryIsStoredAndRelayed) {
  network.peer(seoul, milan);
  network.peer(milan, la);
  milan.vouch(seoul);
  network.connect(milan, seoul);
  network.connect(la, milan);
  seoul.append_leaves({"not an entry", Bytes(limits::kLeafBytes, '\xff'), Bytes()});
  seoul.publish(1);
  network.drive();
  ASSERT_EQ(la.holds(seoul), 5U);
  EXPECT_EQ(la.store->record(seoul.id(), EntryIndex(1))->entry, "not an entry");
  EXPECT_TRUE(la.events_of(Event::Kind::kPeerLied).empty());
}

TEST_P(Hostile, ACityThatNobodyVouchedForNeverAppears) {
  TestNode& stranger = network.add("stranger.example");
  stranger.publish(3);
  network.peer(stranger, milan);
  network.peer(milan, la);
  network.connect(stranger, milan);
  const SessionId session = network.connect(la, milan);
  network.drive();
  ASSERT_EQ(milan.holds(stranger), 4U);
  EXPECT_EQ(la.holds(stranger), 0U);
  // Milan relays it on purpose: as rows of its journal, and as a push with all its entries.
  const LogState* log = milan.engine->log(stranger.id());
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(stranger.id().bytes());
  head->set_checkpoint(log->whole->note);
  head->set_journal_seq(100);
  *head->mutable_identity() = to_message(stranger.own.identity());
  network.inject(session, la, *encode_frame(heads));
  v1::Frame push;
  *push.mutable_push()->mutable_head() = heads.heads().heads(0);
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto record = stranger.store->record(stranger.id(), EntryIndex(i));
    auto* out = push.mutable_push()->mutable_chunk()->add_records();
    out->set_entry(record->entry);
    out->set_body(record->body);
  }
  network.inject(session, la, *encode_frame(push));
  network.drive();
  EXPECT_EQ(la.holds(stranger), 0U);
  EXPECT_FALSE(la.store->log_state(stranger.id()).ok());
  EXPECT_TRUE(network.is_open(session)) << "relaying it is no offence";
}

TEST_P(Hostile, APeerThatHoldsMoreOfOurLogGivesItBack) {
  network.peer(seoul, la);
  const SessionId first = network.connect(la, seoul);
  // What Seoul's disk holds before the publishing that its restored store forgets.
  network.drive();
  seoul.publish(3);
  network.drive();
  network.cut(first);
  network.drive();
  TestNode& restored = network.add("seoul.example");
  EXPECT_TRUE(restored.change([&] { return restored.store->put_peer(la.as_peer()); }).ok());
  restored.engine->on_peer_added(restored.now, la.as_peer());
  // LA shows the epoch that the restored store has lost: a new one begins, and LA comes again.
  network.connect(la, restored);
  network.drive();
  network.connect(la, restored);
  network.drive();
  EXPECT_EQ(restored.events_of(Event::Kind::kRolledBack).size(), 1U);
  const auto events = restored.events_of(Event::Kind::kCameBack);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().size, TreeSize(4));
  EXPECT_EQ(restored.holds(restored), 4U);
  EXPECT_EQ(restored.engine->signing().state, SigningState::kSigns) << "all that held it have answered";
}

TEST_P(Hostile, AHugeTreeThatNobodyHasCostsNothing) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  bool asked = false;
  network.tamper_frames(session, la, [&](v1::Frame& frame) {
    asked = asked || (frame.has_get() && frame.get().size() > 1000);
    return true;
  });
  network.drive();
  const Checkpoint claim{seoul.own.identity().origin(), TreeSize(std::uint64_t{1} << 39),
                         Hash::from(Bytes(32, 'r'))};
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(seoul.id().bytes());
  head->set_journal_seq(1000);
  head->set_checkpoint(sign_checkpoint(claim, seoul.signing_key));
  network.inject(session, la, *encode_frame(heads));
  network.drive();
  EXPECT_FALSE(asked);
  EXPECT_TRUE(la.engine->standing(seoul.id()).over_quota);
  EXPECT_EQ(la.holds(seoul), 1U);
}

TEST_P(Hostile, AFrameThatComesByteByByteEndsTheSession) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  v1::Frame frame;
  frame.mutable_error()->set_message(std::string(200, 'x'));
  const Bytes bytes = *encode_frame(frame);
  // Seoul says nothing else: one byte every ten seconds keeps no session alive.
  network.tamper_frames(session, seoul, [](v1::Frame&) { return false; });
  for (std::size_t i = 0; i < 20 && network.is_open(session); ++i) {
    network.inject(session, la, BytesView(bytes).substr(i, 1));
    network.advance(std::chrono::seconds(10));
  }
  EXPECT_FALSE(network.is_open(session));
  const auto ended = la.events_of(Event::Kind::kSessionEnded);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_NE(ended[0].text.find("two pings were not answered"), std::string::npos) << ended[0].text;
}

TEST_P(Hostile, AStaleHeadIsOvertakenByAnotherPeer) {
  TestNode& author = network.add("author.example");
  for (TestNode* between : {&seoul, &milan}) {
    network.peer(author, *between);
    network.peer(*between, la);
    between->vouch(author);
    network.connect(author, *between);
  }
  const SessionId stale = network.connect(la, seoul);
  network.connect(la, milan);
  author.publish(1);
  network.drive();
  ASSERT_EQ(la.holds(author), 2U);
  network.tamper_frames(stale, seoul,
                        [&](v1::Frame& frame) { return !frame.has_push() && !frame.has_heads(); });
  author.publish(1);
  network.drive();
  EXPECT_EQ(la.holds(author), 3U);
}

TEST_P(Hostile, ACursorThatLiesLosesNothing) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.tamper_frames(session, seoul, [](v1::Frame& frame) {
    if (frame.has_cursor()) frame.mutable_cursor()->set_seq(~std::uint64_t{0});
    if (frame.has_follow()) frame.mutable_follow()->set_cursor(1'000'000);
    return true;
  });
  network.drive();
  ASSERT_TRUE(network.is_open(session)) << network.closed.at(session).text();
  network.cut(session);
  network.drive();
  const SessionId boast = network.connect(la, seoul);
  network.tamper_frames(boast, seoul, [](v1::Frame& frame) {
    if (frame.has_hello()) frame.mutable_hello()->set_held_of_yours(1'000'000);
    return true;
  });
  network.drive();
  EXPECT_TRUE(la.events_of(Event::Kind::kRolledBack).empty())
      << "only a head that verifies stops our signing";
  network.cut(boast);
  network.drive();
  // Honest again: the cursor of its lie is beyond its journal, and counts for nothing.
  seoul.publish(2);
  const SessionId again = network.connect(la, seoul);
  network.drive();
  EXPECT_TRUE(network.is_open(again)) << network.closed.at(again).text();
  EXPECT_EQ(la.holds(seoul), 3U);
  EXPECT_EQ(seoul.holds(la), 1U);
}

TEST_P(Hostile, ACursorBeyondTheJournalCountsForNothing) {
  network.peer(seoul, milan);
  network.peer(seoul, la);
  seoul.vouch(milan);
  network.connect(seoul, milan);
  const SessionId first = network.connect(la, seoul);
  network.drive();
  ASSERT_EQ(la.holds(milan), 1U);
  network.cut(first);
  network.drive();
  milan.publish(2);
  network.drive();
  const SessionId second = network.connect(la, seoul);
  network.tamper_frames(second, la, [](v1::Frame& frame) {
    if (frame.has_follow()) frame.mutable_follow()->set_cursor(1'000'000);
    return true;
  });
  network.drive();
  EXPECT_EQ(la.holds(milan), 3U);
}

TEST_P(Hostile, AnOldSessionReplayedOnANewOneSaysNothingOrEndsIt) {
  network.peer(seoul, la);
  const SessionId first = network.connect(la, seoul);
  Bytes said;
  network.tamper(first, seoul, [&](Bytes bytes) {
    said += bytes;
    return bytes;
  });
  network.drive();
  seoul.publish(3);
  network.drive();
  network.cut(first);
  network.drive();
  const SessionId second = network.connect(la, seoul);
  network.drive();
  network.inject(second, la, said);  // begins with Hello: a second one
  network.drive();
  EXPECT_FALSE(network.is_open(second));
  EXPECT_EQ(la.holds(seoul), 4U);
  EXPECT_EQ(la.store->log_state(seoul.id())->range.size(), TreeSize(4));
}

TEST_P(Hostile, WhatAPeerDidIsForgottenWithIt) {
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  ASSERT_NE(la.engine->conduct(seoul.config.node_key), nullptr);
  la.engine->on_peer_removed(la.now, seoul.config.node_key);
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(la.engine->conduct(seoul.config.node_key), nullptr);
}

TEST_P(Hostile, AThousandVouchesAdmitAHundredCities) {
  network.peer(seoul, la);
  network.connect(la, seoul);
  network.drive();
  const std::size_t before = la.engine->trust().admitted().size();
  for (int i = 0; i < 1000; ++i) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* vouch = draft.entry.mutable_control()->mutable_vouch();
    const PublicKey key = SigningKey::from_seed(sha256(std::to_string(i)).view()).public_key();
    const LogIdentity made{"fake-" + std::to_string(i) + ".example", key, key};
    vouch->set_log_id(made.log_id().bytes());
    vouch->set_name(made.name);
    // Every other one claims a key that is another log's.
    vouch->set_vkey(i % 2 == 0 ? made.vkey().text() : seoul.own.identity().vkey().text());
    vouch->set_expires_at_ms(seoul.now.wall.value + 1'000'000'000);
    seoul.publish(draft);
  }
  network.drive();
  ASSERT_EQ(la.holds(seoul), 1001U);
  EXPECT_EQ(la.engine->trust().admitted().size() - before, limits::kVouchAdmits);
  EXPECT_EQ(la.engine->trust().vouches_by(seoul.id(), la.now.wall).size(), 500U)
      << "a vouch names one log, or says nothing";
}

TEST_P(Hostile, AnotherCitysNameIsHeldApart) {
  TestNode& impostor = network.add("seoul.example", EngineConfig(), "impostor");
  ASSERT_NE(impostor.id(), seoul.id());
  network.peer(seoul, la);
  network.peer(impostor, la);
  network.connect(la, seoul);
  network.connect(la, impostor);
  seoul.publish(2);
  impostor.publish(1);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 3U);
  EXPECT_EQ(la.holds(impostor), 2U);
  EXPECT_EQ(la.store->logs_named("seoul.example", {}, 100)->size(), 2U) << "both are shown, never as one";
}

}  // namespace
}  // namespace koinon::test::hostile_test
