// The mark of a simulated machine is written when the daemon's is (tests/unit/signing_mark_test.cpp).
#include "tools/sim/machine_mark.h"

#include "node/replication/write_group.h"
#include "storage/memory/memory_store.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test::machine_mark_test {
namespace {

class MachineMarkTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    sign();
  }
  void sign() {
    ASSERT_TRUE(publish(store, city, note("Note " + std::to_string(++notes))).ok());
    mark.after_commit(store, city.id());
  }
  // The process ends between the mark and the commit.
  void end_before_commit() { mark.before_commit(store, city.id()); }
  MarkSays says_at_next_start() { return mark.start(store, city.id()); }

  // Its head is cosigned in a group of writes, as the writer does it. How often the mark was written before
  // the commit.
  int cosign(const CosignatureMaker& maker) {
    int marked = 0;
    const StoredHead whole = *store.log_state(city.id())->whole;
    const auto count = [&](Store& writes) {
      ++marked;
      mark.before_commit(writes, city.id());
      return Status();
    };
    const CosignedHead put_up{0, whole, {1'000}, {}};
    write_intents(store, {{IntentId(1), CommitCosigned{city.id(), put_up, {1'000}}}}, 0, count);
    EXPECT_EQ(marked, 0);
    const LastCosigned next{0, whole.size, whole.root};
    const auto written =
        write_intents(store, {{IntentId(2), CommitCosign{city.id(), next, {1'000}, maker}}}, 0, count);
    EXPECT_EQ(written.cosigned, marked > 0);
    return marked;
  }

  // The same beside a row of another log, while the mark can be neither written nor taken away.
  std::vector<Completion> cosign_unmarked(const CosignatureMaker& maker, const IntentBody& beside) {
    const StoredHead whole = *store.log_state(city.id())->whole;
    write_intents(store, {{IntentId(1), CommitCosigned{city.id(), {0, whole, {1'000}, {}}, {1'000}}}}, 0);
    const LastCosigned next{0, whole.size, whole.root};
    const auto refuse = [](Store&) -> Status { return fail(Code::kUnavailable, "etcd is away"); };
    auto written = write_intents(
        store, {{IntentId(2), CommitCosign{city.id(), next, {1'000}, maker}}, {IntentId(3), beside}}, 0,
        refuse);
    EXPECT_FALSE(written.cosigned);
    return std::move(written.completions);
  }

  OwnLog city = test_log();
  MemoryStore store{{}};
  sim::MachineMark mark;
  int notes = 0;
};

TEST_F(MachineMarkTest, AgreesAfterARestartAndAfterAKill) {
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  end_before_commit();
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

CosignatureMaker maker_of(const OwnLog& city) {
  return [&city](const Checkpoint& checkpoint, UnixMillis now) -> Result<CosignatureLine> {
    const SigningKey key = SigningKey::from_seed(Bytes(32, 'c'));
    const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
    return CosignatureLine{
        city.id(), koinon::cosign(checkpoint.text(), city.identity().origin(), key, seconds), seconds, 0};
  };
}

TEST_F(MachineMarkTest, NamesACosignatureAsItDoesASignature) {
  store.keep_copy();
  EXPECT_EQ(cosign(maker_of(city)), 1);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees) << "the process ended behind the commit";
  mark.after_commit(store, city.id());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind) << "what was cosigned since is forgotten";
}

TEST_F(MachineMarkTest, StaysAsItIsWhereNothingWasCosigned) {
  const CosignatureMaker refuses = [](const Checkpoint&, UnixMillis) -> Result<CosignatureLine> {
    return fail(Code::kUnavailable, "it may not sign");
  };
  EXPECT_EQ(cosign(refuses), 0);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(MachineMarkTest, ThatCannotBeWrittenKeepsCosignaturesBackAndNothingElse) {
  const auto done = cosign_unmarked(maker_of(city), CommitAsks{});
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].id, IntentId(2));
  EXPECT_EQ(done[0].answer.error().code, Code::kUnavailable);
  EXPECT_EQ(done[1].id, IntentId(3));
  EXPECT_TRUE(done[1].answer.ok());
  EXPECT_EQ(*store.cosignatures_made(), 0U);
}

TEST_F(MachineMarkTest, WhoWasAskingWhenItEndedAsksAgain) {
  mark.ask_anew();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  mark.ask_anew();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  mark.after_commit(store, city.id());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(MachineMarkTest, OfWhoWasAskingProvesAnOlderStoreStill) {
  store.keep_copy();
  sign();
  mark.ask_anew();
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(MachineMarkTest, ThatDidNotAgreeNamesNothingUntilItIsWrittenAnew) {
  store.keep_copy();
  sign();
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
  end_before_commit();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  sign();
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

}  // namespace
}  // namespace koinon::test::machine_mark_test
