// Cities that cosign each other's logs, over a network: lines reach the author and others, of what is held
// whole and of nothing else, and no key signs two histories.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::cosigning_test {
namespace {

// The head of that size that a node keeps of a log; one of size 0: none.
CosignedHead head_at(TestNode& node, const TestNode& author, std::uint64_t size) {
  const auto heads = node.store->cosigned(author.id());
  EXPECT_TRUE(heads.ok());
  for (const CosignedHead& head : *heads) {
    if (head.head.size.value == size) return head;
  }
  return {};
}

std::uint64_t made_by(TestNode& node) { return node.store->cosignatures_made().value(); }

template <typename IntentType>
bool is(const IntentBody& intent) {
  return std::holds_alternative<IntentType>(intent);
}

// How often a node says such things on a session.
struct Said {
  std::size_t news = 0;
  std::size_t requests = 0;
  std::size_t answers = 0;
  std::set<std::uint64_t> newest;  // sizes of the newest heads that it told
  bool operator==(const Said&) const = default;
};

void listen(Network& network, SessionId session, const TestNode& from, Said& said) {
  network.tamper_frames(session, from, [&said](v1::Frame& frame) {
    said.requests += frame.has_get_cosignatures() ? 1 : 0;
    said.answers += frame.has_cosignatures() ? 1 : 0;
    if (!frame.has_cosigned_heads()) return true;
    ++said.news;
    said.newest.insert(frame.cosigned_heads().heads(0).size());
    return true;
  });
}

bool drop_news(v1::Frame& frame) { return !frame.has_cosigned_heads(); }

// A line of a kind that nobody here knows, as long as one of ML-DSA-44 with its time.
NoteSignature unknown_line(const std::string& name, std::uint32_t key_id) {
  return {name, key_id, Bytes(2428, 'q')};
}

// --- seven cities ---

class SevenCities : public NetworkTest {
 protected:
  SevenCities() {
    for (const char* name : {"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"})
      followers.push_back(&network.add(name, cosigning(name)));
    for (TestNode* one : followers) {
      network.peer(author, *one);
      for (TestNode* other : followers) {
        if (one->place < other->place) network.peer(*one, *other);
      }
      sessions.push_back(network.connect(*one, author));
    }
    network.drive();
  }

  TestNode& author = network.add("author.example", cosigning("author.example"));
  std::vector<TestNode*> followers;
  std::vector<SessionId> sessions;
};
INSTANTIATE_TEST_SUITE_P(Seeds, SevenCities, seeds(3));

TEST_P(SevenCities, SixLinesReachTheAuthorAndThenEachOther) {
  author.publish(3);
  network.advance(limits::kPutUpEvery + std::chrono::seconds(5));
  const CosignedHead head = head_at(author, author, 4);
  EXPECT_EQ(head.cities(), 6U);
  const auto note = parse_note(cosigned_note(head));
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(open_checkpoint(cosigned_note(head), author.own.identity().vkey()).ok());
  for (TestNode* follower : followers) {
    const VKey cosigner{follower->own.identity().origin(), SignatureType::kCosignatureV1,
                        follower->key_of("cosigner").public_key()};
    const auto seconds = verify_cosignature(*note, cosigner);
    ASSERT_TRUE(seconds.ok()) << follower->name;
    EXPECT_GE(*seconds, 1'700'000'000U);
    EXPECT_LE(*seconds, static_cast<std::uint64_t>(author.now.wall.value / 1000));
  }
  network.advance(std::chrono::seconds(70));
  for (TestNode* follower : followers)
    EXPECT_EQ(head_at(*follower, author, 4).cities(), 6U) << follower->name;
}

TEST_P(SevenCities, ABusyLogPutsUpAHeadEveryTenSecondsAndHasARowForLinesOnceAMinute) {
  Said said;
  listen(network, sessions[0], author, said);
  std::size_t rows = 0;
  author.hold = [&rows](const IntentBody& intent) {
    rows += is<CommitSetRow>(intent) ? 1 : 0;
    return false;
  };
  const MonoTime start = author.now.mono;
  for (int i = 0; i < 90; ++i) {
    author.publish(2);
    network.advance(std::chrono::seconds(1));
  }
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(author.now.mono - start);
  const auto heads = static_cast<std::size_t>(passed / limits::kPutUpEvery);
  EXPECT_LE(said.newest.size(), heads + 2);
  EXPECT_GE(said.newest.size(), 5U);
  // Of seven logs each may have one that the author tells of.
  EXPECT_LE(rows, 7 * (static_cast<std::size_t>(passed / limits::kSetRowEvery) + 1));
  EXPECT_GE(rows, 1U);
  std::size_t most = 0;
  const auto kept = author.store->cosigned(author.id());
  ASSERT_TRUE(kept.ok());
  for (const CosignedHead& head : *kept) most = std::max(most, head.cities());
  EXPECT_EQ(most, 6U) << "all have signed one head, though the log never rests";
}

TEST_P(SevenCities, AQuietResyncSaysNothingOfCosignatures) {
  author.publish(3);
  network.advance(std::chrono::seconds(150));
  ASSERT_EQ(head_at(*followers[0], author, 4).cities(), 6U);
  for (const bool restarted : {false, true}) {
    network.cut(sessions[0]);
    network.drive();
    if (restarted) {
      for (std::size_t i = 1; i < sessions.size(); ++i) network.cut(sessions[i]);
      network.drive();
      author.restart();
      followers[0]->restart();
    }
    sessions[0] = network.connect(*followers[0], author);
    Said there;
    Said back;
    listen(network, sessions[0], author, there);
    listen(network, sessions[0], *followers[0], back);
    network.advance(std::chrono::seconds(20));
    EXPECT_EQ(there, Said());
    EXPECT_EQ(back, Said());
  }
}

// --- two cities ---

// Milan follows Seoul.
class TwoCities : public NetworkTest {
 protected:
  TwoCities() {
    network.peer(seoul, milan);
    session = network.connect(milan, seoul);
    network.drive();
  }
  void put_up() { network.advance(limits::kPutUpEvery + std::chrono::seconds(5)); }
  std::size_t lines_at_seoul(std::uint64_t size) { return head_at(seoul, seoul, size).cities(); }
  // Seoul's node may tell what it likes.
  void tell_milan(std::uint64_t size, const Hash& root) {
    v1::Frame frame;
    auto& news = *frame.mutable_cosigned_heads();
    news.set_log_id(seoul.id().bytes());
    news.add_heads()->set_size(size);
    news.mutable_heads(0)->set_root(root.bytes());
    network.inject(session, milan, *encode_frame(frame));
  }

  TestNode& seoul = network.add("seoul.example", cosigning("seoul.example"));
  TestNode& milan = network.add("milan.example", cosigning("milan.example"));
  SessionId session;
};
INSTANTIATE_TEST_SUITE_P(Seeds, TwoCities, seeds(6));

TEST_P(TwoCities, ALineLeavesOnlyOnceItIsDurable) {
  milan.hold = [](const IntentBody& intent) { return is<CommitCosign>(intent); };
  seoul.publish(2);
  put_up();
  EXPECT_EQ(lines_at_seoul(3), 0U);
  network.let_go(milan);
  network.drive();
  EXPECT_EQ(lines_at_seoul(3), 1U);
}

TEST_P(TwoCities, WhatIsNotHeldWholeIsNotCosigned) {
  const std::uint64_t before = made_by(milan);
  milan.hold = [](const IntentBody& intent) { return is<CommitRun>(intent); };
  seoul.publish(2);
  put_up();
  ASSERT_GT(head_at(seoul, seoul, 3).head.size.value, 0U) << "it is put up";
  EXPECT_EQ(made_by(milan), before);
  EXPECT_EQ(lines_at_seoul(3), 0U);
  network.let_go(milan);
  put_up();
  EXPECT_EQ(lines_at_seoul(3), 1U);
}

// The store has the last word: the engine does not know of what was signed.
TEST_P(TwoCities, WhatIsSmallerThanWhatWasSignedIsNotCosigned) {
  seoul.publish(2);
  network.tamper_frames(session, seoul, drop_news);
  put_up();
  const Hash third = *seoul.store->root_at(seoul.id(), TreeSize(3));
  seoul.publish(2);
  put_up();
  ASSERT_EQ(milan.holds(seoul), 5U);
  const LastCosigned signed_already{0, TreeSize(5), milan.engine->log(seoul.id())->whole->root};
  ASSERT_TRUE(milan.change([&] { return milan.store->note_cosigned(seoul.id(), signed_already); }).ok());
  const std::uint64_t made = made_by(milan);
  tell_milan(3, third);
  network.advance(std::chrono::seconds(20));
  EXPECT_EQ(made_by(milan), made);
  EXPECT_EQ(head_at(milan, seoul, 3).cities(), 0U);
  EXPECT_EQ(*milan.store->last_cosigned(seoul.id()), signed_already);
  EXPECT_TRUE(network.is_open(session));
}

TEST_P(TwoCities, ALostKeySignsNothingUntilTheLogNamesAnother) {
  milan.engine->on_cosigner(milan.now, true);
  seoul.publish(2);
  put_up();
  EXPECT_EQ(lines_at_seoul(3), 0U);
  milan.engine->on_cosigner(milan.now, false);
  put_up();
  EXPECT_EQ(lines_at_seoul(3), 1U);
}

TEST_P(TwoCities, WhoCosignsNothingKeepsWhatOthersSigned) {
  TestNode& reader = network.add("reader.example");
  network.peer(seoul, reader);
  network.peer(milan, reader);
  network.connect(reader, seoul);
  seoul.publish(2);
  network.advance(std::chrono::seconds(80));
  EXPECT_EQ(head_at(reader, seoul, 3).cities(), 1U);
  EXPECT_EQ(made_by(reader), 0U);
}

TEST_P(TwoCities, AHeadThatWasPutUpWhileNobodyListenedIsCosignedOnceSomebodyDoes) {
  network.cut(session);
  network.drive();
  seoul.publish(2);
  put_up();
  ASSERT_EQ(head_at(seoul, seoul, 3).head.size, TreeSize(3)) << "it is put up";
  session = network.connect(milan, seoul);
  put_up();
  EXPECT_EQ(lines_at_seoul(3), 1U);
}

// Milan tells Seoul of the line of Los Angeles before Seoul trusts that city, and not again after.
TEST_P(TwoCities, LinesOfACityThatIsTrustedLaterAreAskedForThen) {
  TestNode& la = network.add("la.example", cosigning("la.example"));
  network.peer(milan, la);
  network.connect(la, milan);
  milan.vouch(seoul);
  seoul.publish(2);
  network.advance(std::chrono::seconds(200));
  ASSERT_EQ(head_at(milan, seoul, 3).cities(), 2U);
  ASSERT_EQ(lines_at_seoul(3), 1U);
  milan.vouch(la);
  network.advance(std::chrono::seconds(20));
  EXPECT_EQ(lines_at_seoul(3), 2U);
}

// It trusts Seoul alone: Milan's line is of a city that it does not follow.
TEST_P(TwoCities, LinesOfCitiesThatAreNotTrustedAreNotKeptNorAskedForAgain) {
  seoul.publish(2);
  put_up();
  ASSERT_EQ(lines_at_seoul(3), 1U);
  TestNode& reader = network.add("reader.example", [] {
    EngineConfig config = cosigning("reader.example");
    config.trust_hops = 1;
    return config;
  }());
  network.peer(seoul, reader);
  const SessionId to_seoul = network.connect(reader, seoul);
  network.advance(std::chrono::seconds(80));
  const CosignedHead head = head_at(reader, seoul, 3);
  ASSERT_EQ(head.lines.size(), 1U);
  EXPECT_EQ(head.lines[0].city, reader.id());
  Said said;
  listen(network, to_seoul, reader, said);
  network.advance(std::chrono::seconds(80));
  EXPECT_EQ(said.requests, 0U);
}

TEST_P(TwoCities, AfterARemovalNothingSmallerIsSignedAndALogThatIsBackIsCosignedFurther) {
  seoul.publish(2);
  put_up();
  ASSERT_EQ(lines_at_seoul(3), 1U);
  const LastCosigned signed_already{0, TreeSize(3), milan.engine->log(seoul.id())->whole->root};
  network.cut(session);
  network.drive();
  ASSERT_TRUE(milan.change([&] { return milan.store->remove_log(seoul.id(), milan.now.wall); }).ok());
  EXPECT_TRUE(milan.store->cosigned(seoul.id())->empty());
  EXPECT_EQ(*milan.store->last_cosigned(seoul.id()), signed_already) << "for ever";
  milan.restart();
  session = network.connect(milan, seoul);
  const std::uint64_t made = made_by(milan);
  put_up();
  ASSERT_EQ(milan.holds(seoul), 3U);
  EXPECT_LE(made_by(milan), made + 1) << "the same may be signed again";
  EXPECT_EQ((*milan.store->last_cosigned(seoul.id()))->size, TreeSize(3));
  seoul.publish(1);
  put_up();
  EXPECT_EQ(lines_at_seoul(4), 1U);
}

TEST_P(TwoCities, ARestartedNodeGoesOnFromWhatItSigned) {
  seoul.publish(2);
  put_up();
  network.cut(session);
  network.drive();
  const std::uint64_t made = made_by(milan);
  milan.restart();
  session = network.connect(milan, seoul);
  put_up();
  EXPECT_EQ(made_by(milan), made) << "it knows that it has signed this head";
  seoul.publish(1);
  put_up();
  EXPECT_EQ(made_by(milan), made + 1);
  EXPECT_EQ(lines_at_seoul(4), 1U);
}

TEST_P(TwoCities, AnOwnersRecoveryIsCosignedUnderItsNewOrigin) {
  seoul.publish(4);
  put_up();
  ASSERT_EQ(lines_at_seoul(5), 1U);
  network.cut(session);
  network.drive();
  seoul.recover("recovered", 3);
  session = network.connect(milan, seoul);
  network.advance(std::chrono::seconds(40));
  const std::uint64_t size = seoul.engine->log(seoul.id())->whole->size.value;
  ASSERT_EQ(milan.holds(seoul), size);
  const CosignedHead head = head_at(seoul, seoul, size);
  EXPECT_EQ(head.recoveries, 1U);
  EXPECT_EQ(head.cities(), 1U) << "smaller, and of another origin: no contradiction";
}

// --- lines of kinds that are not known here ---

TEST_P(TwoCities, LinesOfUnknownKindsAreCarriedOnAndNeverMoreThanTwo) {
  TestNode& la = network.add("la.example", cosigning("la.example"));
  network.peer(milan, la);
  milan.vouch(seoul);
  network.connect(la, milan);
  network.tamper_frames(session, seoul, [this](v1::Frame& frame) {
    if (!frame.has_cosignatures()) return true;
    for (auto& note : *frame.mutable_cosignatures()->mutable_notes()) {
      *note.mutable_note() += unknown_line(seoul.own.identity().origin(), 1).line();
      *note.mutable_note() += unknown_line(milan.own.identity().origin(), 2).line();
      *note.mutable_note() += unknown_line(seoul.own.identity().origin(), 3).line();
      *note.mutable_note() += unknown_line(seoul.own.identity().origin(), 5).line();
      *note.mutable_note() += unknown_line("stranger.example", 4).line();
    }
    return true;
  });
  seoul.publish(2);
  network.advance(std::chrono::seconds(90));
  EXPECT_TRUE(network.is_open(session));
  for (TestNode* node : {&milan, &la}) {
    const CosignedHead head = head_at(*node, seoul, 3);
    std::vector<CosignatureLine> unknown = head.lines;
    std::erase_if(unknown, [](const CosignatureLine& line) { return line.seconds.has_value(); });
    ASSERT_EQ(unknown.size(), 2U) << node->name;
    for (const CosignatureLine& line : unknown) {
      EXPECT_EQ(line.signature.signature, Bytes(2428, 'q'));
      EXPECT_NE(line.signature.key_id, 4U);
    }
    EXPECT_GE(head.cities(), 1U);
  }
}

TEST_P(TwoCities, ANoteOfSeventeenLinesEndsTheSession) {
  const std::uint64_t made = made_by(milan);
  network.tamper_frames(session, seoul, [](v1::Frame& frame) {
    if (!frame.has_cosignatures()) return true;
    for (auto& note : *frame.mutable_cosignatures()->mutable_notes()) {
      for (std::uint32_t id = 0; id < limits::kHeadNoteLines; ++id)
        *note.mutable_note() += NoteSignature{"stranger.example", id, Bytes(64, 's')}.line();
    }
    return true;
  });
  seoul.publish(2);
  put_up();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(milan.events_of(Event::Kind::kPeerLied).size(), 1U);
  EXPECT_EQ(made_by(milan), made);
  EXPECT_EQ(head_at(milan, seoul, 3).head.size, TreeSize(0));
}

// --- a fork ---

// Two nodes have a city's keys. Milan follows the one; Los Angeles, a peer, shows a head of the other among
// cosignatures.
class AForkAmongCosignatures : public NetworkTest {
 protected:
  void SetUp() override {
    network.peer(one, milan);
    network.peer(milan, la);
    milan.vouch(one);
    network.connect(milan, one);
    session = network.connect(milan, la);
    one.publish(3, "health/testing");
    other.publish(3, "climate/heat");
    network.drive();
  }
  // Milan asks for it, and is given it.
  void show(const StoredHead& head) {
    network.tamper_frames(session, la, [this, head](v1::Frame& frame) {
      if (!frame.has_cosignatures()) return true;
      auto& note = *frame.mutable_cosignatures()->add_notes();
      note.set_log_id(one.id().bytes());
      note.set_note(head.note);
      return true;
    });
    v1::Frame frame;
    auto& news = *frame.mutable_cosigned_heads();
    news.set_log_id(one.id().bytes());
    news.add_heads()->set_size(head.size.value);
    news.mutable_heads(0)->set_root(head.root.bytes());
    news.mutable_heads(0)->set_key_ids(Bytes(60, 'i'));
    network.inject(session, milan, *encode_frame(frame));
    network.drive();
  }
  void expect_frozen() {
    EXPECT_TRUE(milan.engine->log(one.id())->frozen);
    EXPECT_EQ(milan.store->evidence(one.id())->size(), 1U);
    EXPECT_TRUE(network.is_open(session)) << "who relays a fork is not its author";
  }

  TestNode& one = network.add("forked.example");
  TestNode& other = network.add("forked.example");
  TestNode& milan = network.add("milan.example", cosigning("milan.example"));
  TestNode& la = network.add("la.example");
  SessionId session;
};
INSTANTIATE_TEST_SUITE_P(Seeds, AForkAmongCosignatures, seeds(4));

TEST_P(AForkAmongCosignatures, OfTheSameSizeFreezesTheLog) {
  ASSERT_EQ(milan.holds(one), 4U);
  show(*other.engine->log(other.id())->whole);
  expect_frozen();
}

TEST_P(AForkAmongCosignatures, OfASmallerSizeFreezesTheLogAndNothingOfItIsSignedAfter) {
  one.publish(2);
  network.drive();
  ASSERT_EQ(milan.holds(one), 6U);
  show(*other.engine->log(other.id())->whole);
  expect_frozen();
  const std::uint64_t made = made_by(milan);
  network.advance(std::chrono::seconds(20));
  EXPECT_EQ(made_by(milan), made);
}

}  // namespace
}  // namespace koinon::test::cosigning_test
