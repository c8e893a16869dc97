// Files that notes name: fetched when somebody wants them, across cities that do not, and never wrong.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::attachments_test {
namespace {

constexpr std::size_t kChunk = limits::kAttachmentChunkBytes;

CutAttachment file(const std::string& mark, std::size_t size = 3 * kChunk + 9) {
  Bytes bytes;
  while (bytes.size() < size) bytes += mark + std::to_string(bytes.size());
  bytes.resize(size);
  return *cut_attachment(bytes);
}

// A note of the node that names the file, which it is given first. `sha256` where the note shall name
// another.
EntryIndex attach(TestNode& node, const CutAttachment& cut, std::optional<Hash> sha256 = {}) {
  EXPECT_TRUE(node.store->begin(true).ok());
  EXPECT_TRUE(node.store->put_attachment(cut, node.now.wall).ok());
  if (sha256) {
    CutAttachment named = cut;
    named.id.sha256 = *sha256;
    EXPECT_TRUE(node.store->put_attachment(named, node.now.wall).ok());
  }
  EXPECT_TRUE(node.store->commit().ok());
  Draft draft = practice("with a file", "health/testing", 100);
  auto* attachment = draft.body->mutable_practice()->add_attachments();
  attachment->set_sha256(sha256.value_or(cut.id.sha256).bytes());
  attachment->set_name("plan.pdf");
  const EntryIndex index(node.store->log_state(node.id())->range.size().value);
  node.publish(draft);
  return index;
}

AttachmentState state_of(TestNode& node, const TestNode& author, EntryIndex index, const Hash& sha256) {
  const auto state = node.store->attachment(author.id(), index, sha256);
  return state.ok() ? *state : AttachmentState();
}

Status want(TestNode& node, const TestNode& author, EntryIndex index, const AttachmentId& id,
            AttachmentWish wish = AttachmentWish::kByHand) {
  const AttachmentWant wanted{author.id(), index, id, wish, 0};
  KOINON_TRY(node.store->begin(true));
  const Status stored = node.store->want_attachment(wanted, node.now.wall);
  KOINON_TRY(node.store->commit());
  if (stored.ok()) node.engine->want_file(node.now, wanted);
  return stored;
}

class Attachments : public testing::TestWithParam<unsigned> {
 protected:
  bool has(TestNode& node) { return state_of(node, author, index, cut.id.sha256).complete; }
  void peers(TestNode& a, TestNode& b) {
    network.peer(a, b);
    a.vouch(b);
    b.vouch(a);
  }
  // One to whom files come with their notes: of each two chunks and no more while it is cut off.
  TestNode& add_fetching_reader() {
    EngineConfig config;
    config.attachments_up_to = limits::kAttachmentBytes;
    TestNode& reader = network.add("reader.example", config);
    peers(author, reader);
    const SessionId link = network.connect(reader, author);
    network.tamper_frames(link, author, [this](v1::Frame& frame) {
      return !frame.has_attachment_chunk() || !cut_off || frame.attachment_chunk().number() < 2;
    });
    return reader;
  }
  Network network{GetParam()};
  bool cut_off = false;
  TestNode& author = network.add("author.example");
  CutAttachment cut = file("a plan ");
  EntryIndex index;
};
INSTANTIATE_TEST_SUITE_P(Seeds, Attachments, seeds(6));

TEST_P(Attachments, AFileComesWhenItIsWantedAndNotBefore) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(reader.bodies_of(author), 1U);
  EXPECT_FALSE(has(reader));
  EXPECT_EQ(state_of(reader, author, index, cut.id.sha256).chunks_held, 0U);
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  ASSERT_TRUE(has(reader));
  for (const AttachmentChunk& chunk : cut.chunks)
    EXPECT_EQ(reader.store->attachment_chunk(cut.id, chunk.number)->bytes, chunk.bytes);
  EXPECT_FALSE(reader.engine->file(cut.id)) << "nothing is left of the fetch";
}

TEST_P(Attachments, SmallFilesComeWithTheirNotesWherePolicySaysSo) {
  EngineConfig config;
  config.attachments_up_to = kChunk;
  TestNode& reader = network.add("reader.example", config);
  peers(author, reader);
  network.connect(reader, author);
  const CutAttachment small = file("small ", kChunk);
  index = attach(author, cut);
  const EntryIndex second = attach(author, small);
  network.drive();
  EXPECT_TRUE(state_of(reader, author, second, small.id.sha256).complete);
  EXPECT_FALSE(has(reader)) << "too large to come by itself";
}

// The note comes apart from its entry, and its file with it all the same.
TEST_P(Attachments, SmallFilesComeWithNotesThatComeLate) {
  EngineConfig config;
  config.attachments_up_to = limits::kAttachmentBytes;
  config.filter = topics({"climate"});
  TestNode& reader = network.add("reader.example", config);
  peers(author, reader);
  network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(reader.bodies_of(author), 0U);
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 1U);
  EXPECT_TRUE(has(reader));
}

// Half of the file is here when its note is released; wanted again later, it comes from its beginning.
TEST_P(Attachments, AFileDroppedWithItsNoteAndWantedAgainComesWhole) {
  TestNode& reader = add_fetching_reader();
  cut_off = true;
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(state_of(reader, author, index, cut.id.sha256).chunks_held, 2U);
  reader.engine->set_filter(reader.now, topics({"climate"}));
  network.drive();
  ASSERT_EQ(reader.bodies_of(author), 0U);
  ASSERT_FALSE(reader.store->attachment_chunk(cut.id, 0).ok());
  cut_off = false;
  reader.engine->set_filter(reader.now, BodyFilter());
  network.advance(std::chrono::seconds(70));
  EXPECT_EQ(reader.bodies_of(author), 1U);
  EXPECT_TRUE(has(reader));
}

// The file is here whole and its digest is computed; it goes with its note, and half of it comes again: what
// was computed before says nothing of that half.
TEST_P(Attachments, WhatWasFinishedBeforeFinishesNothingNew) {
  TestNode& reader = add_fetching_reader();
  reader.hold = [](const IntentBody& body) { return std::holds_alternative<ReadDigest>(body); };
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(state_of(reader, author, index, cut.id.sha256).chunks_held, cut.chunks.size());
  ASSERT_FALSE(has(reader));
  cut_off = true;
  reader.engine->set_filter(reader.now, topics({"climate"}));
  network.drive();
  ASSERT_FALSE(reader.store->attachment_chunk(cut.id, 0).ok());
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  ASSERT_EQ(state_of(reader, author, index, cut.id.sha256).chunks_held, 2U) << "it is fetched anew";
  network.let_go(reader);
  network.drive();
  EXPECT_FALSE(has(reader)) << "two chunks are not the file";
  cut_off = false;
  network.advance(std::chrono::seconds(140));
  ASSERT_TRUE(has(reader));
  for (const AttachmentChunk& chunk : cut.chunks) {
    const auto held = reader.store->attachment_chunk(cut.id, chunk.number);
    ASSERT_TRUE(held.ok()) << chunk.number;
    EXPECT_EQ(held->bytes, chunk.bytes);
  }
}

// author - b - c - reader, with trust.hops 3: only the author has it.
TEST_P(Attachments, AFileCrossesCitiesThatDoNotWantIt) {
  EngineConfig config;
  config.trust_hops = 3;
  EngineConfig elsewhere = config;
  elsewhere.filter = topics({"climate"});
  TestNode& b = network.add("b.example", elsewhere);
  TestNode& c = network.add("c.example", elsewhere);
  TestNode& reader = network.add("reader.example", config);
  peers(author, b);
  peers(b, c);
  peers(c, reader);
  network.connect(b, author);
  network.connect(c, b);
  network.connect(reader, c);
  index = attach(author, cut);
  network.advance(std::chrono::seconds(70));
  ASSERT_EQ(reader.bodies_of(author), 1U);
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  EXPECT_TRUE(has(reader));
  EXPECT_FALSE(b.engine->file(cut.id)) << "nothing is left of the fetches on the way";
  EXPECT_FALSE(c.engine->file(cut.id));
}

TEST_P(Attachments, WhatNobodyHasIsSaidSoAndFoundOnceSomebodyHasIt) {
  TestNode& b = network.add("b.example");
  TestNode& reader = network.add("reader.example");
  peers(author, b);
  peers(b, reader);
  network.connect(reader, b);
  const SessionId link = network.connect(b, author);
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(reader.bodies_of(author), 1U);
  network.cut(link);
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  EXPECT_FALSE(has(reader));
  ASSERT_TRUE(reader.engine->file(cut.id));
  EXPECT_EQ(reader.engine->file(cut.id)->trouble, "no peer that is connected has it");
  EXPECT_FALSE(b.engine->file(cut.id)) << "for a peer it is not looked for without end";
  network.connect(b, author);
  network.advance(std::chrono::seconds(70));
  EXPECT_TRUE(has(reader));
}

TEST_P(Attachments, AfterARestartItGoesOnWhereItWas) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  SessionId link = network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  int chunks = 0;
  network.tamper_frames(link, author,
                        [&](v1::Frame& frame) { return !frame.has_attachment_chunk() || ++chunks <= 2; });
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  ASSERT_EQ(state_of(reader, author, index, cut.id.sha256).chunks_held, 2U);
  network.cut(link);
  network.drive();
  reader.restart();
  link = network.connect(reader, author);
  std::vector<std::uint32_t> asked_from;
  network.tamper_frames(link, reader, [&](v1::Frame& frame) {
    if (frame.has_get_attachment()) asked_from.push_back(frame.get_attachment().from());
    return true;
  });
  network.drive();
  EXPECT_TRUE(has(reader));
  EXPECT_EQ(asked_from, std::vector<std::uint32_t>{2});
}

// One holder gives a bad byte in its second chunk: it is found there, its sender is known, the rest comes
// from the other.
TEST_P(Attachments, ABadByteIsCaughtWithinItsChunkAndTheRestFoundElsewhere) {
  TestNode& liar = network.add("liar.example");
  TestNode& honest = network.add("honest.example");
  TestNode& reader = network.add("reader.example");
  for (TestNode* between : {&liar, &honest}) {
    peers(author, *between);
    peers(*between, reader);
    network.connect(*between, author);
  }
  index = attach(author, cut);
  network.drive();
  for (TestNode* between : {&liar, &honest}) ASSERT_TRUE(want(*between, author, index, cut.id).ok());
  network.drive();
  ASSERT_TRUE(has(liar) && has(honest));
  const SessionId link = network.connect(reader, liar);
  network.tamper_frames(link, liar, [](v1::Frame& frame) {
    if (frame.has_attachment_chunk() && frame.attachment_chunk().number() == 1)
      (*frame.mutable_attachment_chunk()->mutable_bytes())[77] ^= 1;
    return true;
  });
  network.drive();
  ASSERT_EQ(reader.bodies_of(author), 1U);
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  EXPECT_FALSE(network.is_open(link));
  EXPECT_EQ(reader.events_of(Event::Kind::kPeerLied).size(), 1U);
  EXPECT_LE(state_of(reader, author, index, cut.id.sha256).chunks_held, 1U)
      << "what was not proven is not kept";
  network.connect(reader, honest);
  network.drive();
  EXPECT_TRUE(has(reader));
}

TEST_P(Attachments, ChunksThatWereNotAskedForOrAreNotTheNextOneEndTheSession) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  index = attach(author, cut);
  const auto lies = [&](const std::function<void(v1::AttachmentChunk&)>& change) {
    const SessionId link = network.connect(reader, author);
    network.tamper_frames(link, author, [&](v1::Frame& frame) {
      if (frame.has_attachment_chunk()) change(*frame.mutable_attachment_chunk());
      return true;
    });
    network.drive();
    if (!reader.engine->file(cut.id)) EXPECT_TRUE(want(reader, author, index, cut.id).ok());
    network.drive();
    const bool closed = !network.is_open(link);
    network.cut(link);
    network.pass(std::chrono::hours(48));  // it is shunned no longer
    network.advance(std::chrono::seconds(1));
    EXPECT_FALSE(has(reader));
    return closed;
  };
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.set_request_id(999'999); }));
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.set_number(chunk.number() + 1); }));
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.set_last(true); }));
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.mutable_bytes()->resize(100); }));
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.set_proof("short"); }));
  EXPECT_TRUE(lies([](v1::AttachmentChunk& chunk) { chunk.clear_bytes(); })) << "not held, and more to come";
}

TEST_P(Attachments, APeerThatNeverAnswersIsGivenUpAndAnotherAsked) {
  TestNode& silent = network.add("silent.example");
  TestNode& reader = network.add("reader.example");
  peers(author, silent);
  peers(silent, reader);
  peers(author, reader);
  index = attach(author, cut);
  network.connect(silent, author);
  const SessionId link = network.connect(reader, silent);
  network.tamper_frames(link, silent, [](v1::Frame& frame) { return !frame.has_attachment_chunk(); });
  std::uint64_t asked = 0;
  network.tamper_frames(link, reader, [&](v1::Frame& frame) {
    if (frame.has_get_attachment() && asked == 0) asked = frame.get_attachment().request_id();
    return true;
  });
  network.drive();
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  EXPECT_FALSE(has(reader));
  network.connect(reader, author);
  network.advance(std::chrono::seconds(70));
  EXPECT_TRUE(has(reader));
  EXPECT_TRUE(network.is_open(link)) << "to be slow is no lie";
  // What comes so late is ignored, and its credit given back; the same again would be a lie.
  for (const bool again : {false, true}) {
    v1::Frame late;
    late.mutable_attachment_chunk()->set_request_id(asked);
    late.mutable_attachment_chunk()->set_bytes("late");
    late.mutable_attachment_chunk()->set_last(true);
    network.inject(link, reader, *encode_frame(late));
    network.drive();
    EXPECT_EQ(network.is_open(link), !again);
  }
}

TEST_P(Attachments, AFileThatIsNotTheOneItsNoteNamesIsNotKept) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  const SessionId link = network.connect(reader, author);
  const Hash named = sha256("something else");
  index = attach(author, cut, named);
  network.drive();
  AttachmentId id = cut.id;
  id.sha256 = named;
  ASSERT_TRUE(want(reader, author, index, id).ok());
  network.drive();
  const AttachmentState state = state_of(reader, author, index, named);
  EXPECT_FALSE(state.complete);
  EXPECT_TRUE(state.broken);
  EXPECT_FALSE(reader.store->attachment_chunk(id, 0).ok());
  EXPECT_TRUE(network.is_open(link)) << "who relays an author's mistake has not made it";
}

TEST_P(Attachments, AnErasedNoteTakesItsFileAlongEverywhereAndWhoComesLateGetsNone) {
  EngineConfig config;
  config.attachments_up_to = limits::kAttachmentBytes;
  TestNode& b = network.add("b.example", config);
  TestNode& late = network.add("late.example", config);
  peers(author, b);
  peers(b, late);
  network.connect(b, author);
  index = attach(author, cut);
  network.drive();
  ASSERT_TRUE(has(b));
  author.publish(withdrawal(author.id(), index.value, true));
  network.drive();
  EXPECT_FALSE(has(b));
  EXPECT_FALSE(b.store->attachment_named(cut.id.sha256)->has_value());
  EXPECT_FALSE(author.store->attachment_named(cut.id.sha256)->has_value());
  network.connect(late, b);
  network.drive();
  ASSERT_EQ(late.holds(author), b.holds(author));
  EXPECT_EQ(want(late, author, index, cut.id).error().code, Code::kNotFound);
}

TEST_P(Attachments, ANoteErasedWhileItsFileComesEndsTheFetch) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  const SessionId link = network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  network.tamper_frames(link, author, [&](v1::Frame& frame) {
    return !frame.has_attachment_chunk() || frame.attachment_chunk().number() < 1;
  });
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  network.drive();
  ASSERT_TRUE(reader.engine->file(cut.id));
  author.publish(withdrawal(author.id(), index.value, true));
  network.drive();
  EXPECT_FALSE(reader.engine->file(cut.id));
  EXPECT_FALSE(reader.store->attachment_chunk(cut.id, 0).ok());
}

// Two that lack it and ask each other wait for neither.
TEST_P(Attachments, WhoAsksEachOtherWaitsForNeither) {
  EngineConfig config;
  config.trust_hops = 4;
  TestNode& b = network.add("b.example", config);
  TestNode& c = network.add("c.example", config);
  peers(author, b);
  peers(b, c);
  const SessionId link = network.connect(b, author);
  network.connect(c, b);
  index = attach(author, cut);
  network.drive();
  ASSERT_EQ(c.bodies_of(author), 1U);
  network.cut(link);
  ASSERT_TRUE(want(b, author, index, cut.id).ok());
  ASSERT_TRUE(want(c, author, index, cut.id).ok());
  network.drive();
  for (TestNode* node : {&b, &c}) {
    ASSERT_TRUE(node->engine->file(cut.id));
    EXPECT_EQ(node->engine->file(cut.id)->trouble, "no peer that is connected has it") << node->name;
  }
  network.connect(b, author);
  network.advance(std::chrono::seconds(130));
  EXPECT_TRUE(has(b) && has(c));
}

TEST_P(Attachments, OnlyWhatANoteNamesIsGiven) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  const SessionId link = network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  std::vector<v1::AttachmentChunk> answers;
  network.tamper_frames(link, author, [&](v1::Frame& frame) {
    if (frame.has_attachment_chunk()) answers.push_back(frame.attachment_chunk());
    return !frame.has_attachment_chunk();
  });
  const auto ask = [&](std::uint64_t request, std::uint64_t at, const Hash& digest, std::uint32_t from) {
    v1::Frame frame;
    auto* get = frame.mutable_get_attachment();
    get->set_request_id(request);
    get->set_log_id(author.id().bytes());
    get->set_index(at);
    get->set_sha256(digest.bytes());
    get->set_from(from);
    get->set_hops_left(3);
    network.inject(link, author, *encode_frame(frame));
    network.drive();
  };
  ask(1000, 0, cut.id.sha256, 0);            // another entry
  ask(1001, index.value, sha256("x"), 0);    // another file
  ask(1002, index.value, cut.id.sha256, 4);  // beyond its end
  ask(1003, index.value, cut.id.sha256, 0xFFFFFFFF);
  ASSERT_EQ(answers.size(), 4U);
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.last());
    EXPECT_TRUE(answer.bytes().empty());
  }
}

TEST_P(Attachments, AFullDiskStopsAFetchAndItGoesOnAfterwards) {
  TestNode& reader = network.add("reader.example");
  peers(author, reader);
  network.connect(reader, author);
  index = attach(author, cut);
  network.drive();
  ASSERT_TRUE(want(reader, author, index, cut.id).ok());
  reader.writes_fail = 1;
  network.advance(std::chrono::seconds(10));
  EXPECT_TRUE(has(reader));
}

}  // namespace
}  // namespace koinon::test::attachments_test
