// What waits to be signed and cannot be: its text is given back or stays, and is never lost in between.
#include "crypto/merkle.h"
#include "node/publishing/meant_refs.h"
#include "proto/base/encoding.h"
#include "tests/unit/hold_queue_fixture.h"

namespace koinon::test::hold_queue_test {
namespace {

// A store whose records cannot be read for a while.
class BrokenStore final : public StoreReader {
 public:
  BrokenStore(std::unique_ptr<StoreReader> store, std::atomic<bool>& broken)
      : store_(std::move(store)), broken_(broken) {}
  Result<std::vector<EpochRange>> epochs() override { return store_->epochs(); }
  Result<std::optional<Epoch>> epoch() override { return store_->epoch(); }
  Result<std::uint32_t> epoch_handled() override { return store_->epoch_handled(); }
  Result<ArrivalSeq> newest_arrival() override { return store_->newest_arrival(); }
  Result<std::vector<PeerRecord>> peers() override { return store_->peers(); }
  Result<std::vector<InviteRecord>> invites() override { return store_->invites(); }
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override {
    return store_->read_run(log, from, to, size, max_bytes);
  }
  Result<Hash> root_at(const LogId& log, TreeSize size) override { return store_->root_at(log, size); }
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override {
    return store_->inclusion(log, index, size);
  }
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override {
    return store_->run_proof_at(log, from, count, size);
  }
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override {
    return store_->hashes(log, first, count);
  }
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override {
    if (broken_) return fail(Code::kIo, "the disk does not answer", "store");
    return store_->record(log, index);
  }
  Result<Bytes> entry(const LogId& log, EntryIndex index) override { return store_->entry(log, index); }
  Result<LogState> log_state(const LogId& log) override { return store_->log_state(log); }
  Result<std::uint64_t> log_bytes(const LogId& log) override { return store_->log_bytes(log); }
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override {
    return store_->logs_named(name, id_prefix, limit);
  }
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override {
    return store_->logs_after(last, limit);
  }
  Result<StoreCounts> counts() override { return store_->counts(); }
  Result<LogKeys> log_keys(const LogId& log) override { return store_->log_keys(log); }
  Result<StandingKeys> standing_keys(const LogId& log) override { return store_->standing_keys(log); }
  Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log) override {
    return store_->cosigner_keys(log);
  }
  Result<std::vector<CosignedHead>> cosigned(const LogId& log) override { return store_->cosigned(log); }
  Result<std::optional<LastCosigned>> last_cosigned(const LogId& log) override {
    return store_->last_cosigned(log);
  }
  Result<std::uint64_t> cosignatures_made() override { return store_->cosignatures_made(); }
  Result<bool> has_named_node(const LogId& log, const NodeKey& key) override {
    return store_->has_named_node(log, key);
  }
  Result<bool> is_of_its_node(const LogId& log, const NodeKey& key) override {
    return store_->is_of_its_node(log, key);
  }
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override {
    return store_->arrivals(after, limit);
  }
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override {
    return store_->own_content(digest);
  }
  Result<std::vector<KeptEvidence>> evidence(const LogId& log) override { return store_->evidence(log); }
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override {
    return store_->arrival_of(log, index);
  }
  Result<std::optional<Bytes>> setting(std::string_view name) override { return store_->setting(name); }
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override {
    return store_->unheld(log, from, limit);
  }
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override {
    return store_->lacking(limit);
  }
  Result<std::vector<EntryIndex>> hidden(const LogId& log) override { return store_->hidden(log); }
  Result<std::optional<LogId>> own_log() override { return store_->own_log(); }
  Result<std::optional<LogId>> vouched_as(std::string_view name) override { return store_->vouched_as(name); }
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override {
    return store_->vouch(voucher, target);
  }
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override {
    return store_->attachment(log, index, sha256);
  }
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override {
    return store_->attachment_chunk(id, number);
  }
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override {
    return store_->attachment_named(sha256);
  }
  Result<bool> has_old_uploads(UnixMillis now) override { return store_->has_old_uploads(now); }

 private:
  std::unique_ptr<StoreReader> store_;
  std::atomic<bool>& broken_;
};

TEST_F(HoldQueueTest, WhatAnAccountMayNoLongerSignIsADraftOfThatAccountAgain) {
  const UserId reader = account(Role::kReader);
  const HeldId id = hold(reader);
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled);
  const auto drafts = desk.drafts(reader, 10)->items;
  ASSERT_EQ(drafts.size(), 1U);
  EXPECT_NE(drafts.front().note.find("Mine"), std::string::npos);
}

TEST_F(HoldQueueTest, WhatAnAccountWroteThatIsGoneIsNobodys) {
  const HeldId id = hold(UserId{77});
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled);
  EXPECT_EQ((*desk.held(id))->request, "{}");
  EXPECT_TRUE(desk.drafts(std::nullopt, 10)->items.empty());
}

TEST_F(HoldQueueTest, WhyANoteWasNotSignedIsKeptWithItsId) {
  const HeldId id = hold(UserId{77});
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  const auto note = *desk.held(id);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(kept_fault(note->outcome, note->fault).message, "its account was removed");
  EXPECT_EQ(kept_fault(note->outcome, note->fault).id, "held.account_removed");
}

TEST_F(HoldQueueTest, WhatReferredToAnotherEntryThanStandsThereIsNotSigned) {
  const UserId user = account(Role::kPublisher);
  const std::string ref = Directory(*read_store(), nearness).ref(city.id(), EntryIndex(0));
  const auto answering = [&](const Bytes& leaf) {
    v1::Entry meant;
    v1::Ref& one = *meant.add_refs();
    one.set_log_id(city.id().bytes());
    one.set_index(0);
    one.set_leaf_hash(leaf);
    HeldNote held;
    held.user = user;
    held.who = "press";
    held.due_at = {1};
    held.request =
        R"({"kind":"practice","language":"en","topics":["health"],"refs":[{"role":"derives_from","ref":")" +
        ref + R"("}],"content":{"title":"Mine )" + to_hex(leaf).substr(0, 4) + R"(","solution":"Text."}})";
    held.meant = meant_by(meant, {ref});
    return *desk.hold(held);
  };
  const HeldId right = answering(leaf_hash(*read_store()->entry(city.id(), EntryIndex(0))).bytes());
  const HeldId wrong = answering(Bytes(32, 'v'));
  start(read_store());
  ASSERT_TRUE(settled.wait(2));
  EXPECT_EQ(now(right).state, HeldState::kSigned) << now(right).outcome;
  EXPECT_EQ(now(wrong).state, HeldState::kFailed);
  EXPECT_NE(now(wrong).fault.find("note.refers_to_void"), std::string::npos) << now(wrong).fault;
  EXPECT_EQ(log_size(), 2U);
  const auto given_back = desk.drafts(user, 10)->items;
  ASSERT_EQ(given_back.size(), 1U) << "its text is not lost";
  EXPECT_FALSE(given_back.front().meant.empty()) << "nor what it meant";
}

TEST_F(HoldQueueTest, WhatCannotBeLookedUpNowWaits) {
  const auto reader = read_store();
  const std::string revises = R"("refs":[{"role":"revises","ref":")" +
                              Directory(*reader, nearness).ref(city.id(), EntryIndex(0)) + R"("}],)";
  const HeldId id = hold(account(Role::kPublisher), revises);
  std::atomic<bool> broken = true;
  start(std::make_unique<BrokenStore>(read_store(), broken));
  std::promise<Result<EntryIndex>> promise;
  auto answer = promise.get_future();
  queue->sign_now(id, [&](Result<EntryIndex> signed_now) { promise.set_value(std::move(signed_now)); });
  ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
  const Result<EntryIndex> refused = answer.get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable) << refused.error().text();
  const HeldState state = (*desk.held(id))->state;
  EXPECT_TRUE(state == HeldState::kWaiting || state == HeldState::kSigning) << "the queue tries it again";
  EXPECT_NE((*desk.held(id))->request, "{}");
  broken = false;
  queue->notify();
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kSigned) << (*desk.held(id))->outcome;
}

// An observer never waits to sign, and peers alone are no reason to.
TEST_F(HoldQueueTest, WhatIsLongDoneIsNotForgottenByAClockInDoubt) {
  Accounts accounts(*office);
  ASSERT_TRUE(accounts.note({0, {1}, "press", "publish", "", "201"}).ok());
  clock_is_off = true;
  start(read_store());
  const auto minute = [&](std::size_t times) {
    refusals.count("status", 401, "192.0.2.1");
    mono += std::chrono::nanoseconds(std::chrono::minutes(2)).count();
    queue->notify();
    return housed.wait(times);
  };
  ASSERT_TRUE(minute(1));
  EXPECT_EQ(accounts.audit({}, 10)->size(), 1U);
  clock_is_off = false;
  ASSERT_TRUE(minute(2));
  EXPECT_TRUE(accounts.audit({}, 10)->empty());
}

// Either half of it: the draft cannot be written, or what waits cannot be settled.
TEST_F(HoldQueueTest, WhatCannotBeGivenBackWaitsAndIsGivenBackOnce) {
  const UserId reader = account(Role::kReader);
  std::size_t turn = 0;
  for (const char* what : {"INSERT ON draft", "UPDATE OF state ON held WHEN new.state = 4"}) {
    const HeldId id = hold(reader);
    forbid(what);
    start(read_store());
    ASSERT_TRUE(failed.wait(++turn)) << what;
    queue->stop();
    EXPECT_EQ((*desk.held(id))->state, HeldState::kWaiting) << what;
    EXPECT_NE((*desk.held(id))->request, "{}") << what;
    EXPECT_EQ(desk.drafts(reader, 10)->items.size(), turn - 1) << what;
    allow();
    start(read_store());
    ASSERT_TRUE(settled.wait(turn)) << what;
    queue->stop();
    EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled) << what;
    EXPECT_EQ(desk.drafts(reader, 10)->items.size(), turn) << what;
  }
}

}  // namespace
}  // namespace koinon::test::hold_queue_test
