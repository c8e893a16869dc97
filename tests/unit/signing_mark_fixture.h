// A node's log, its store in memory, and its mark of what it signed last: for tests of what the mark says at
// the next start.
#pragma once

#include "node/daemon/mark_opener.h"
#include "node/daemon/signing_mark.h"
#include "node/publishing/own_log.h"
#include "node/replication/write_group.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/mark_folder.h"

namespace koinon::test {

class SigningMarkFixture : public MarkFolder {
 protected:
  void SetUp() override {
    MarkFolder::SetUp();
    key.emplace(SigningKey::generate());
    identity = {"seoul.example", key->public_key(), key->public_key()};
    log = identity.log_id();
    start();
    ASSERT_TRUE(sign().ok());
  }
  // Where the mark is kept.
  virtual MarkOpener opener() { return mark_opener({folder.string(), {}}, log, EpochKey(*key)); }
  // As a start of the daemon: the mark is read, and the first signature writes it where it did not agree.
  void start() {
    running.reset();
    auto opened = SigningMark::open(opener(), log, store, nullptr);
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

  // Wherever it is kept: with nothing signed since, killed between mark and commit, and with an entry more.
  void expect_agreement_after_a_kill() {
    EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
    killed = true;
    EXPECT_FALSE(sign().ok());
    killed = false;
    EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
    ASSERT_TRUE(sign().ok());
    EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
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

}  // namespace koinon::test
