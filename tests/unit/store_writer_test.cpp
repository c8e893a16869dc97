// The writer's thread: what is ours goes first, and has room where what others send has none.
#include "node/replication/store_writer.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/publishing/gate.h"
#include "node/publishing/own_log.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::store_writer_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};
constexpr std::uint64_t kReserve = 1'000'000;
constexpr Room kEnough{100 * kReserve, 0, 0, 0};
constexpr Room kKept{kReserve - 1, 0, 0, 0};

Draft note(const std::string& title) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics("health");
  draft.body.emplace();
  draft.body->mutable_practice()->set_title(title);
  return draft;
}

class StoreWriterTest : public testing::Test {
 protected:
  StoreWriterTest() {
    EXPECT_TRUE(init_crypto().ok());
    StoreWriter::Callbacks callbacks;
    callbacks.on_completions = [this](std::vector<Completion> done) {
      completed += done.size();
      for (Completion& one : done) answers.emplace(one.id.value, std::move(one.answer));
      if (completed >= expected) all_completed.set_value();
    };
    callbacks.on_own_head = [](const LogState&, const std::vector<VouchFact>&,
                               const std::vector<WithdrawalFact>&) {};
    callbacks.on_arrivals = [] {};
    callbacks.signing_waits = [] { return std::optional<SigningWait>(); };
    callbacks.mark_after = [this](Store&) -> Status {
      if (unmarkable) return fail(Code::kUnavailable, "etcd is away");
      ++marks;
      return {};
    };
    writer = std::make_unique<StoreWriter>(
        std::make_unique<MemoryStore>(MemoryStore::Options{}), signer_of(OwnLog(identity, key)),
        [] { return UnixMillis{1'000}; }, std::move(callbacks), kReserve);
    set_room(kEnough);
  }

  template <typename T>
  static T wait(std::future<T> answer) {
    EXPECT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    return answer.get();
  }
  std::future<Status> change(std::function<Status(Store&)> apply) {
    auto promise = std::make_shared<std::promise<Status>>();
    writer->change(std::move(apply), [promise](const Status& done) { promise->set_value(done); });
    return promise->get_future();
  }
  std::future<Result<Published>> publish(const std::string& title) {
    auto promise = std::make_shared<std::promise<Result<Published>>>();
    writer->publish(
        Gate::for_the_node_itself(), [title](StoreReader&) { return note(title); },
        [this, promise](Result<Published> done) {
          completed_before = completed.load();
          promise->set_value(std::move(done));
        });
    return promise->get_future();
  }
  void set_room(const Room& room) {
    EXPECT_TRUE(wait(change([room](Store& store) {
                  static_cast<MemoryStore&>(store).set_room(room);
                  return Status();
                })).ok());
  }
  // The answers of some intents, in their order, once all are there.
  std::vector<Result<Answer>> carry_out(std::vector<IntentBody> bodies) {
    all_completed = {};
    expected = completed + bodies.size();
    const std::uint64_t first = next_id;
    for (IntentBody& body : bodies) writer->submit({IntentId(next_id++), std::move(body)});
    wait(all_completed.get_future());
    std::vector<Result<Answer>> out;
    for (std::uint64_t id = first; id < next_id; ++id) out.push_back(answers.at(id));
    return out;
  }
  // The writer is at work until this is called.
  std::promise<void> hold() {
    std::promise<void> go;
    auto begun = std::make_shared<std::promise<void>>();
    auto has_begun = begun->get_future();
    change([begun, may = go.get_future().share()](Store&) {
      begun->set_value();
      may.wait();
      return Status();
    });
    EXPECT_EQ(has_begun.wait_for(kDeadline), std::future_status::ready);
    return go;
  }

  SigningKey key = SigningKey::generate();
  LogIdentity identity{"seoul.example", key.public_key(), key.public_key()};
  std::atomic<std::size_t> completed = 0;
  std::size_t completed_before = 0;  // the last publish was answered
  std::size_t expected = 1;
  std::map<std::uint64_t, Result<Answer>> answers;
  std::promise<void> all_completed;
  std::uint64_t next_id = 1;
  std::atomic<bool> unmarkable = false;
  std::atomic<int> marks = 0;
  std::unique_ptr<StoreWriter> writer;
};

TEST_F(StoreWriterTest, WhoAsksWhetherItTurnsIsAnsweredBetweenGroups) {
  std::promise<void> begun;
  std::promise<void> may;
  auto done = change([&, go_on = may.get_future().share()](Store&) {
    begun.set_value();
    go_on.wait();
    return Status();
  });
  begun.get_future().wait();
  std::promise<void> turned;
  std::atomic<bool> answered = false;
  writer->ask([&] {
    answered = true;
    turned.set_value();
  });
  EXPECT_FALSE(answered) << "the thread is at work";
  may.set_value();
  wait(turned.get_future());
  EXPECT_TRUE(wait(std::move(done)).ok());
}

// Until then the mark names the state before it, too.
TEST_F(StoreWriterTest, WhatCouldNotBeMarkedIsMarkedAsSoonAsItCanBe) {
  unmarkable = true;
  ASSERT_TRUE(wait(publish("Ours")).ok()) << "it is committed";
  EXPECT_EQ(marks, 0);
  unmarkable = false;
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (marks == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(marks, 1);
}

TEST_F(StoreWriterTest, OurOwnDoesNotWaitBehindAllThatOthersSent) {
  constexpr std::size_t kSent = 1'000;
  constexpr std::size_t kTwoGroups = 128;
  all_completed = {};
  expected = kSent;
  auto go = hold();
  for (std::size_t i = 0; i < kSent; ++i) writer->submit({IntentId(next_id++), CommitAsks{}});
  auto published = publish("Ours");
  go.set_value();
  ASSERT_TRUE(wait(std::move(published)).ok());
  EXPECT_LE(completed_before, kTwoGroups);
  wait(all_completed.get_future());
  EXPECT_EQ(completed, kSent) << "and what others sent is not lost";
}

TEST_F(StoreWriterTest, NorDoesWhatOthersSentWaitForAllThatIsOurs) {
  constexpr std::size_t kOurs = 1'000;
  all_completed = {};
  expected = 1;
  std::size_t ours = 0;  // the writer's thread
  std::size_t ours_before = 0;
  auto go = hold();
  std::vector<std::future<Status>> changes;
  for (std::size_t i = 0; i < kOurs; ++i) {
    changes.push_back(change([&](Store&) {
      ++ours;
      if (completed == 0) ours_before = ours;
      return Status();
    }));
  }
  writer->submit({IntentId(next_id++), CommitAsks{}});
  go.set_value();
  wait(all_completed.get_future());
  for (auto& done : changes) EXPECT_TRUE(wait(std::move(done)).ok());
  EXPECT_LT(ours_before, kOurs / 2);
}

TEST_F(StoreWriterTest, WhatIsLeftOfTheDiskIsForOurOwn) {
  ASSERT_TRUE(wait(publish("First")).ok());
  const LogId own = identity.log_id();
  const BodiesCommit sent{own, {}, {1'000}, std::nullopt};
  ASSERT_TRUE(carry_out({CommitBodies{sent, {}}}).front().ok());
  EXPECT_FALSE(writer->others_wait());

  set_room(kKept);
  const auto kept = carry_out({CommitBodies{sent, {}}, CommitAsks{}, CommitOutOfPolicy{own, {1'000}}});
  ASSERT_FALSE(kept[0].ok());
  EXPECT_TRUE(is_kept_for_own(kept[0].error())) << kept[0].error().text();
  EXPECT_TRUE(kept[1].ok()) << "what takes no room goes on beside it";
  EXPECT_TRUE(kept[2].ok()) << "and what the operator decided";
  EXPECT_TRUE(writer->others_wait());
  EXPECT_FALSE(writer->trouble()) << "the store can write";
  EXPECT_TRUE(wait(publish("Second")).ok());

  set_room(kEnough);
  ASSERT_TRUE(carry_out({CommitBodies{sent, {}}}).front().ok());
  EXPECT_FALSE(writer->others_wait());
}

TEST_F(StoreWriterTest, WhatIsSmallAndStillFitsEndsNoWait) {
  const LogId own = identity.log_id();
  ASSERT_TRUE(wait(publish("First")).ok());
  const CommitBodies small{BodiesCommit{own, {}, {1'000}, std::nullopt}, {}};
  CommitWant large;
  large.want.log = own;
  large.want.id.size = 300'000;
  constexpr std::uint64_t kQuota = 4'000'000;
  set_room({kReserve + 200'000, 0, 0, 0});
  const auto first = carry_out({large, small});
  ASSERT_FALSE(first[0].ok());
  EXPECT_TRUE(is_kept_for_own(first[0].error())) << first[0].error().text();
  EXPECT_TRUE(first[1].ok());
  EXPECT_TRUE(writer->others_wait()) << "the large one waits";
  ASSERT_TRUE(carry_out({small}).front().ok());
  EXPECT_TRUE(writer->others_wait());
  set_room({100 * kReserve, 0, kQuota, kQuota / 4 + kQuota / 8});
  ASSERT_TRUE(carry_out({small}).front().ok());
  EXPECT_TRUE(writer->others_wait()) << "an eighth of a small quota";
  set_room({100 * kReserve, 0, kQuota, kQuota / 2});
  ASSERT_TRUE(carry_out({small}).front().ok());
  EXPECT_FALSE(writer->others_wait()) << "a quarter of it";
}

TEST_F(StoreWriterTest, FilesOfOurOwnLeaveAPartOfWhatIsKeptForEntries) {
  ASSERT_TRUE(wait(publish("First")).ok());
  CommitWant file;
  file.want.log = identity.log_id();
  file.want.wish = AttachmentWish::kOwn;
  file.want.id.size = kReserve / 8;
  CommitWant others = file;
  others.want.wish = AttachmentWish::kByHand;
  set_room({kReserve / 2, 0, 0, 0});
  const auto half = carry_out({file, others});
  EXPECT_FALSE(!half[0].ok() && is_kept_for_own(half[0].error())) << half[0].error().text();
  ASSERT_FALSE(half[1].ok());
  EXPECT_TRUE(is_kept_for_own(half[1].error()));
  set_room({kReserve / limits::kReserveForEntries, 0, 0, 0});
  const auto least = carry_out({file});
  ASSERT_FALSE(least[0].ok());
  EXPECT_TRUE(is_kept_for_own(least[0].error())) << least[0].error().text();
  EXPECT_TRUE(wait(publish("Second")).ok());
}

TEST(RoomForOthers, IsWhatIsLeftBesideTheReserve) {
  EXPECT_EQ(room_for_others({kReserve + 10, 0, 0, 0}, kReserve), 10U);
  EXPECT_EQ(room_for_others({kReserve, 0, 0, 0}, kReserve), 0U);
  EXPECT_EQ(room_for_others({kReserve - 10, 30, 0, 0}, kReserve), 20U)
      << "pages that hold nothing are used first";
  EXPECT_EQ(room_for_others({kReserve / 2 - 1, 10 * kReserve, 0, 0}, kReserve), 0U)
      << "the index could not follow";
  EXPECT_GT(room_for_others({0, 0, 0, 0}, 0), kReserve)
      << "nothing is kept: the disk itself says when it is full";
}

TEST(RoomForOthers, IsNotNeededForOurOwnLogThatOthersGiveBack) {
  CommitRun run;
  EXPECT_TRUE(is_of_others(run));
  run.own = true;
  EXPECT_FALSE(is_of_others(run));
  CommitBodies bodies;
  EXPECT_TRUE(is_of_others(bodies));
  bodies.own = true;
  EXPECT_FALSE(is_of_others(bodies));
  CommitEvidence evidence;
  EXPECT_TRUE(is_of_others(evidence));
  evidence.own = true;
  EXPECT_FALSE(is_of_others(evidence));
  CommitWant want;
  want.want.wish = AttachmentWish::kByHand;
  EXPECT_TRUE(is_of_others(want));
  want.want.wish = AttachmentWish::kOwn;
  EXPECT_FALSE(is_of_others(want));
  CommitChunk chunk;
  chunk.commit.wish = AttachmentWish::kByHand;
  EXPECT_TRUE(is_of_others(chunk));
  chunk.commit.wish = AttachmentWish::kOwn;
  EXPECT_FALSE(is_of_others(chunk));
}

TEST(RoomForOthers, OfAQuotaAtMostAQuarterIsKept) {
  constexpr std::uint64_t kLarge = 100 * kReserve;
  EXPECT_EQ(room_for_others({kLarge, 0, 400, 300}, kReserve), 200U);
  EXPECT_EQ(room_for_others({kLarge, 0, 400, 100}, kReserve), 0U);
  EXPECT_EQ(room_for_others({kLarge, 0, kLarge, kReserve + 7}, kReserve), 7U);
}

}  // namespace
}  // namespace koinon::test::store_writer_test
