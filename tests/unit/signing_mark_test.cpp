// The mark of a running node: what it says at the next start, whatever happened in this one.
#include "node/daemon/signing_mark.h"

#include "node/publishing/own_log.h"
#include "node/replication/write_group.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/mark_folder.h"

namespace koinon::test::signing_mark_test {
namespace {

class SigningMarkTest : public MarkFolder {
 protected:
  void SetUp() override {
    MarkFolder::SetUp();
    key.emplace(SigningKey::generate());
    identity = {"seoul.example", key->public_key(), key->public_key()};
    log = identity.log_id();
    start();
    ASSERT_TRUE(sign().ok());
  }
  // As a start of the daemon: the mark is read, and the first signature writes it where it did not agree.
  void start() {
    running.reset();
    auto opened = SigningMark::open(folder.string(), log, store, nullptr);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    running.emplace(std::move(*opened));
  }
  MarkSays says_at_next_start() {
    start();
    return running->says();
  }
  // One entry of our log, as the writer signs it.
  Status sign() {
    Draft draft;
    draft.entry.set_kind(v1::KIND_PRACTICE);
    draft.entry.set_language("en");
    draft.entry.add_topics("health");
    draft.body.emplace();
    draft.body->mutable_practice()->set_title("Note " + std::to_string(++notes));
    Result<Published> published = fail(Code::kInternal, "not answered");
    DraftWrite write{[draft](StoreReader&) { return draft; },
                     [&published](Result<Published> done) { published = std::move(done); }};
    const auto batch =
        write_drafts(store, signer_of(OwnLog(identity, *key)), {write}, {1'000}, [this](Store& writes) {
          if (const Status marked = running->before_commit(writes); !marked.ok()) return marked;
          return killed ? Status(fail(Code::kIo, "killed")) : Status();
        });
    if (!batch.ok()) return batch.error();
    answer_drafts({write}, batch);
    if (!published.ok()) return published.error();
    return running->after_commit(store);
  }

  // As a start takes in what `koinon change-recovery-words`, or `koinon recover`, has put beside the keys.
  void take_back(std::uint64_t size) {
    KeyHistory history = store.log_state(log)->keys;
    Statement statement = history.next(true);
    statement.size = TreeSize(size);
    statement.root = *store.root_at(log, statement.size);
    statement.key.key = SigningKey::generate().public_key();
    ASSERT_TRUE(history.add(sign_statement(statement, history.vkey().name, *key)).ok());
    RecoveryCommit recovery;
    recovery.log = log;
    recovery.notes = history.notes();
    recovery.recoveries = history.recoveries();
    recovery.size = statement.size;
    recovery.root = statement.root;
    ASSERT_TRUE(store.begin(true).ok());
    ASSERT_TRUE(store.recover(recovery).ok());
    ASSERT_TRUE(store.commit().ok());
  }

  std::optional<SigningKey> key;
  LogIdentity identity;
  MemoryStore store{{}};
  std::optional<SigningMark> running;
  int notes = 0;
  bool killed = false;  // between the mark and the commit
};

TEST_F(SigningMarkTest, AgreesAfterARestartAndAfterAKill) {
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  killed = true;
  EXPECT_FALSE(sign().ok());
  killed = false;
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  ASSERT_TRUE(sign().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, AnOlderStoreIsBehind) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkTest, ARecoveryOfAllThatWasSignedAgreesWhereverTheStartIsCutShort) {
  ASSERT_TRUE(sign().ok());
  store.keep_copy();
  take_back(2);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees) << "nothing was written yet";
  ASSERT_TRUE(running->before_epoch(store, Epoch()).ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees) << "and now it was";
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind) << "a copy of before it";
}

TEST_F(SigningMarkTest, ARecoveryOfLessIsNoReasonToSign) {
  ASSERT_TRUE(sign().ok());
  take_back(1);
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
}

// The mark names the store as it was opened, or what is long past: neither may be named as the state before.
TEST_F(SigningMarkTest, ThatDidNotAgreeNamesNothingUntilItIsWrittenAnew) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  std::filesystem::remove(in_folder());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  killed = true;
  EXPECT_FALSE(sign().ok());
  killed = false;
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(sign().ok()) << "and it keeps nothing from being signed";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, ThatCannotBeWrittenIsTakenAwayAndSigningGoesOn) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  store.keep_copy();
  EXPECT_FALSE(running->is_lost());
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(sign().ok());
  EXPECT_TRUE(running->is_lost());
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone) << "the old one would agree with an old store";
}

TEST_F(SigningMarkTest, IsWrittenAgainAsSoonAsItCanBe) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  ASSERT_TRUE(sign().ok());
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  ASSERT_TRUE(sign().ok());
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WhoseFolderIsGoneKeepsNothingFromBeingSigned) {
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(sign().ok());
  EXPECT_TRUE(sign().ok());
}

TEST_F(SigningMarkTest, ThatCanBeNeitherWrittenNorTakenAwayRefusesTheSignature) {
  block(in_folder());
  const Status refused = sign();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_NE(refused.error().text().find("neither written nor removed"), std::string::npos);
  std::filesystem::remove_all(in_folder());
  EXPECT_TRUE(sign().ok()) << "as soon as it can be written";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

// It lies there still, and agrees with an old copy of the store as soon as its folder is chosen again.
TEST_F(SigningMarkTest, OfAnotherFolderThatCannotBeRemovedRefusesTheSignature) {
  running.reset();
  block(elsewhere());
  start();
  EXPECT_TRUE(running->is_lost());
  for (int i = 0; i < 2; ++i) {
    const Status refused = sign();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnavailable);
    EXPECT_NE(refused.error().text().find(elsewhere().string()), std::string::npos);
  }
  std::filesystem::remove_all(elsewhere());
  EXPECT_TRUE(sign().ok()) << "as soon as it is removed";
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WithoutAFolderItIsLostAndSigningGoesOn) {
  running.reset();
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  start();
  EXPECT_TRUE(running->is_lost());
  EXPECT_TRUE(sign().ok());
  EXPECT_TRUE(running->is_lost());
}

TEST_F(SigningMarkTest, WhoWasAskingWhenItEndedAsksAgain) {
  ASSERT_TRUE(running->ask_anew().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(running->ask_anew().ok()) << "again, with this start";
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(running->mark_now(store).ok()) << "peers have answered";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, OfWhoWasAskingProvesAnOlderStoreStill) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(running->ask_anew().ok());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkTest, ThatCannotSayThatPeersAreAskedIsTakenAway) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_TRUE(running->ask_anew().ok());
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
}

TEST_F(SigningMarkTest, ThatIsNotThereHasNothingToTakeBack) {
  std::filesystem::remove(in_folder());
  EXPECT_TRUE(running->ask_anew().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
}

}  // namespace
}  // namespace koinon::test::signing_mark_test
