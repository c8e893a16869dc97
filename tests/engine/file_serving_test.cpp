// Giving files alone: requests that wait for a chunk from elsewhere, among others that do not.
#include <gtest/gtest.h>

#include "node/engine/parts.h"

namespace koinon::file_serving_test {
namespace {

using namespace engine;

const LogId kLog = LogId::from(Bytes(32, 'a'));

AttachmentId file(char name, std::uint64_t chunks) {
  return {Hash::from(Bytes(32, name)), chunks * limits::kAttachmentChunkBytes, Hash::from(Bytes(32, 'r'))};
}

StoreState stored() {
  LogState log;
  log.id = kLog;
  log.whole = StoredHead{TreeSize(5), Hash::from(Bytes(32, 'h')), "note"};
  StoreState state;
  state.logs.push_back(log);
  return state;
}

// One peer that asks for files of a log that policy admits.
class FileServingAlone : public testing::Test {
 protected:
  explicit FileServingAlone(EngineConfig config = {}, StoreState state = stored())
      : parts(std::move(config), std::move(state), Now()) {
    parts.trust.set_peers({kLog});
    (void)parts.trust.refresh({});
    asker.ready = true;
    parts.links.add_credit(asker, limits::kMiB);
  }

  void get(std::uint64_t request_id, const AttachmentId& wanted, std::uint32_t hops_left) {
    v1::GetAttachment request;
    request.set_request_id(request_id);
    request.set_log_id(kLog.bytes());
    request.set_index(1);
    request.set_sha256(wanted.sha256.bytes());
    request.set_hops_left(hops_left);
    parts.file_serving.on_get(asker, request);
    collect();
  }

  // Sorts what was put out: the intents, and what the peer was sent.
  void collect() {
    for (Output& output : parts.effects.take_outputs()) {
      if (auto* intent = std::get_if<Intent>(&output); intent != nullptr) asked.push_back(std::move(*intent));
      if (const auto* sent = std::get_if<SendBytes>(&output); sent != nullptr) reader.feed(sent->bytes);
    }
    while (true) {
      const auto frame = reader.next();
      if (!frame.ok() || !*frame) return;
      said.push_back(**frame);
    }
  }

  // The first intent of a type that has no answer yet.
  template <typename IntentType>
  const IntentType* next() const {
    for (const Intent& intent : asked) {
      if (const auto* body = std::get_if<IntentType>(&intent.body); body != nullptr) return body;
    }
    return nullptr;
  }

  template <typename IntentType>
  void answer(typename IntentType::Answer given) {
    const auto it = std::find_if(asked.begin(), asked.end(), [](const Intent& intent) {
      return std::holds_alternative<IntentType>(intent.body);
    });
    ASSERT_NE(it, asked.end());
    const IntentId id = it->id;
    asked.erase(it);
    parts.effects.answer({id, Answer(std::move(given))});
    collect();
  }

  // The chunk that is read is here, or is not.
  void give(const AttachmentId& id) {
    const auto* read = next<ReadChunk>();
    ASSERT_NE(read, nullptr);
    answer<ReadChunk>({state_of(id), {read->number, "bytes", "proof"}});
  }
  void lack(const AttachmentId& id) { answer<ReadChunk>({state_of(id), {}}); }

  static AttachmentState state_of(const AttachmentId& id) {
    AttachmentState state;
    state.id = id;
    return state;
  }

  void wake(const AttachmentId& id, std::optional<std::uint32_t> held) {
    parts.file_serving.wake(id, held);
    collect();
  }

  // The peer was told at last that there is no such chunk here.
  void expect_refused(std::uint64_t request_id) {
    ASSERT_FALSE(said.empty());
    const v1::AttachmentChunk& chunk = said.back().attachment_chunk();
    EXPECT_EQ(chunk.request_id(), request_id);
    EXPECT_TRUE(chunk.last());
    EXPECT_TRUE(chunk.bytes().empty());
  }

  Parts parts;
  Link& asker = parts.links.connect(SessionId(1), NodeKey::from(Bytes(32, 'p')), true);
  FrameReader reader;
  std::vector<Intent> asked;
  std::vector<v1::Frame> said;
};

// A node of a city, whose store is known to be old. The peer asks for a file of its own log.
StoreState own_behind() {
  StoreState state = stored();
  state.own_log = kLog;
  state.logs.front().range.append(Hash());
  return state;
}

class FileOfOurs : public FileServingAlone {
 protected:
  FileOfOurs() : FileServingAlone(config(), own_behind()) {}
  static EngineConfig config() {
    EngineConfig out;
    out.standing.mark = MarkSays::kBehind;
    return out;
  }
};

TEST_F(FileOfOurs, IsHeldBackAndNotLookedForWhileTheLogComesBack) {
  ASSERT_FALSE(parts.standing.may_serve_bodies(kLog));
  get(7, file('f', 1), 1);
  give(file('f', 1));
  expect_refused(7);
  get(8, file('f', 1), 1);
  lack(file('f', 1));
  expect_refused(8);
  EXPECT_EQ(next<CommitWant>(), nullptr);
}

TEST_F(FileServingAlone, WhatWaitsLetsOthersPass) {
  get(7, file('f', 3), 1);
  get(8, file('g', 1), 1);
  lack(file('f', 3));
  EXPECT_TRUE(said.empty());
  ASSERT_NE(next<ReadChunk>(), nullptr);
  EXPECT_EQ(next<ReadChunk>()->sha256, file('g', 1).sha256);
  give(file('g', 1));
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.back().attachment_chunk().request_id(), 8U);
  EXPECT_TRUE(said.back().attachment_chunk().last());
  EXPECT_EQ(next<ReadChunk>(), nullptr) << "what waits is not read again";
}

TEST_F(FileServingAlone, WhatWaitsIsWokenWhenItsChunkIsHere) {
  get(7, file('f', 3), 1);
  lack(file('f', 3));
  ASSERT_NE(next<CommitWant>(), nullptr) << "it is looked for";
  wake(file('f', 3), 1);
  give(file('f', 3));
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.back().attachment_chunk().number(), 0U);
  EXPECT_FALSE(said.back().attachment_chunk().last());
  lack(file('f', 3));
  EXPECT_EQ(said.size(), 1U) << "it waits for the next chunk as well";
  wake(file('f', 3), 1);
  EXPECT_EQ(next<ReadChunk>(), nullptr) << "that chunk it has";
  wake(file('g', 1), 2);
  EXPECT_EQ(next<ReadChunk>(), nullptr) << "that is another file";
  wake(file('f', 3), 2);
  ASSERT_NE(next<ReadChunk>(), nullptr);
  EXPECT_EQ(next<ReadChunk>()->number, 1U);
}

TEST_F(FileServingAlone, WhatNobodyHasIsRefused) {
  get(7, file('f', 3), 1);
  lack(file('f', 3));
  answer<CommitWant>(state_of(file('f', 3)));  // who asked is not asked, and nobody else is there
  lack(file('f', 3));
  expect_refused(7);
  EXPECT_EQ(next<CommitWant>(), nullptr) << "it is looked for once";
}

TEST_F(FileServingAlone, TwoThatLookForOneFileDoNotWaitForEachOther) {
  parts.files.want({kLog, EntryIndex(1), file('f', 3), AttachmentWish::kByHand, 0});
  collect();
  answer<CommitWant>(state_of(file('f', 3)));
  ASSERT_FALSE(said.empty());
  ASSERT_TRUE(said.back().has_get_attachment()) << "the peer is asked for it";
  get(7, file('f', 3), 1);
  lack(file('f', 3));
  expect_refused(7);
}

TEST_F(FileServingAlone, WhoLetsNobodyLookIsRefused) {
  get(7, file('f', 3), 0);
  lack(file('f', 3));
  expect_refused(7);
  EXPECT_EQ(next<CommitWant>(), nullptr);
}

TEST_F(FileServingAlone, WhatIsCancelledIsNotWoken) {
  get(7, file('f', 3), 1);
  lack(file('f', 3));
  EXPECT_TRUE(parts.file_serving.cancel(asker, 7));
  EXPECT_FALSE(parts.file_serving.cancel(asker, 7));
  wake(file('f', 3), 3);
  EXPECT_EQ(next<ReadChunk>(), nullptr);
}

TEST_F(FileServingAlone, NothingIsReadForWhoTakesNothing) {
  asker.credit = 0;
  get(7, file('f', 3), 0);
  EXPECT_EQ(next<ReadChunk>(), nullptr);
  parts.links.add_credit(asker, limits::kMiB);
  parts.file_serving.pump(asker);
  collect();
  EXPECT_NE(next<ReadChunk>(), nullptr);
}

}  // namespace
}  // namespace koinon::file_serving_test
