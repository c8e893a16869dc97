// Runs of a log that follow each other: written together they leave what they leave one by one.
#include <random>

#include <gtest/gtest.h>

#include "node/replication/execute.h"
#include "tests/storage/held_log.h"

namespace koinon::test::runs_in_order_test {
namespace {

constexpr std::uint64_t kNotes = 40;
constexpr std::uint64_t kEntries = 50;

class RunsInOrder : public HeldLog {
 protected:
  void SetUp() override {
    HeldLog::SetUp();
    for (std::uint64_t i = 0; i < kNotes; ++i) author.say(note("note " + std::to_string(i)));
    for (std::uint64_t i = kNotes; i < kEntries; ++i)
      author.say(erasure_of(author.log.id(), 3 * (i - kNotes)));
  }
  RunCommit run(std::uint64_t from, std::uint64_t to) {
    return author.run(from, to, BodyState::kNotHeld, true);
  }
  // As they come of one head: the log is whole after the last alone.
  std::vector<RunCommit> cut_at(const std::vector<std::uint64_t>& ends, bool each_whole) {
    std::vector<RunCommit> out;
    std::uint64_t from = 0;
    for (const std::uint64_t to : ends) {
      out.push_back(run(from, to));
      from = to;
    }
    for (RunCommit& one : out) {
      if (!each_whole) one.head = out.back().head;
    }
    return out;
  }
  std::vector<RunCommit> cut_by_chance(std::mt19937& chance, bool each_whole) {
    std::vector<std::uint64_t> ends;
    for (std::uint64_t end = 0; end < kEntries;) {
      end = std::min(kEntries, end + 1 + chance() % 17);
      ends.push_back(end);
    }
    return cut_at(ends, each_whole);
  }
  void open_fresh(const std::string& file) {
    store.reset();
    HeldLog::open(3000, file);
  }
  std::vector<JournalSeq> take_apart(const std::vector<RunCommit>& runs) {
    std::vector<JournalSeq> rows;
    change([&] {
      for (const RunCommit& one : runs) {
        const auto row = store->append_run(one);
        ASSERT_TRUE(row.ok()) << row.error().text();
        rows.push_back(*row);
      }
    });
    return rows;
  }
  std::vector<JournalSeq> take_together(const std::vector<RunCommit>& runs) {
    std::vector<const RunCommit*> viewed;
    for (const RunCommit& one : runs) viewed.push_back(&one);
    std::vector<JournalSeq> rows;
    change([&] {
      const auto answer = store->append_runs(viewed);
      ASSERT_TRUE(answer.ok()) << answer.error().text();
      rows = *answer;
    });
    return rows;
  }
  // What a reader sees of it.
  std::vector<std::string> seen() {
    std::vector<std::string> out;
    const LogId& log = author.log.id();
    const LogState state = *store->log_state(log);
    out.push_back(std::to_string(state.range.size().value) + " " + state.range.root().bytes() + " " +
                  std::to_string(state.bytes) + " " + std::to_string(state.journal_seq.value) + " " +
                  (state.whole ? state.whole->note : "not whole") +
                  (state.seen ? state.seen->note : "no head"));
    const std::uint64_t size = state.range.size().value;
    for (std::uint64_t i = 0; i < size; ++i) {
      const StoredRecord one = record(i);
      out.push_back(one.entry + one.body + std::to_string(static_cast<int>(one.state)) + " " +
                    std::to_string(one.erased_by.value));
      out.push_back(store->root_at(log, TreeSize(i + 1))->bytes());
    }
    const auto arrived = store->arrivals(ArrivalSeq(0), 1000);
    for (const Arrival& one : *arrived)
      out.push_back(std::to_string(one.first.value) + " " + std::to_string(one.from.value) + " " +
                    std::to_string(one.count) + " " + std::to_string(static_cast<int>(one.kind)) + " " +
                    std::to_string(one.at.value));
    return out;
  }
  std::vector<Completion> write_group(const std::vector<RunCommit>& runs, std::uint64_t reserve = 0) {
    std::vector<Intent> intents;
    for (const RunCommit& one : runs) intents.push_back({IntentId(intents.size() + 1), CommitRun{one, {}}});
    return execute_writes(*store, intents, true, reserve);
  }
  std::uint64_t held() {
    const auto state = store->log_state(author.log.id());
    return state.ok() ? state->range.size().value : 0;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, RunsInOrder, all_stores(), store_name);

TEST_P(RunsInOrder, LeaveTogetherWhatTheyLeaveOneByOne) {
  std::mt19937 chance(7);
  for (int round = 0; round < 6; ++round) {
    const auto runs = cut_by_chance(chance, round % 2 == 0);
    open_fresh("apart " + std::to_string(round));
    const auto rows = take_apart(runs);
    const auto apart = seen();
    open_fresh("together " + std::to_string(round));
    EXPECT_EQ(take_together(runs), rows);
    EXPECT_EQ(seen(), apart);
  }
}

TEST_P(RunsInOrder, GoOnWithWhatIsHeld) {
  const auto runs = cut_at({10, 30, 45, kEntries}, false);
  take(runs[0]);
  (void)take_together({runs[1], runs[2], runs[3]});
  EXPECT_EQ(held(), kEntries);
  EXPECT_EQ(*store->root_at(author.log.id(), TreeSize(kEntries)), runs[3].after.root());
}

TEST_P(RunsInOrder, AreAllOrNone) {
  const auto runs = cut_at({10, 30, kEntries}, false);
  const std::vector<const RunCommit*> with_a_gap{&runs[0], &runs[2]};
  change([&] { EXPECT_EQ(store->append_runs(with_a_gap).error().code, Code::kConflict); });
  EXPECT_EQ(held(), 0U);
}

// Also where they name keys, which is looked at as the log stands then.
TEST_P(RunsInOrder, MayNameTheKeysOfTheGenesisOnceMore) {
  const SigningKey key = SigningKey::from_seed(Bytes(32, 'k'));
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  Author la("la.example");
  Draft genesis;
  genesis.entry = make_genesis(la.log.identity(), key, sealing, key, {1});
  la.say(genesis);
  Draft again;
  again.again = true;
  again.entry.set_kind(v1::KIND_KEYS);
  *again.entry.mutable_control()->mutable_keys() = make_keys(la.log.id(), key, sealing, key);
  la.say(again);
  la.say(again);
  RunCommit first = la.run(0, 2, BodyState::kNotHeld);
  RunCommit second = la.run(2, 3, BodyState::kNotHeld);
  first.head = second.head;
  const LogKeys keys = *genesis_keys(first.records.front().entry);
  first.keys.push_back({EntryIndex(1), keys});
  second.keys.push_back({EntryIndex(2), keys});
  (void)take_together({first, second});
  EXPECT_EQ(store->standing_keys(la.log.id())->keys, keys);
  EXPECT_EQ(store->standing_keys(la.log.id())->node_since, EntryIndex(0));
}

// The group's writer: what cannot stand with the others keeps none of them from standing.
TEST_P(RunsInOrder, OfAGroupStandAsFarAsTheyCan) {
  auto runs = cut_at({10, 20, 30, 40, kEntries}, true);
  runs[2].head.root = sha256("another root");
  const auto done = write_group(runs);
  ASSERT_EQ(done.size(), runs.size());
  EXPECT_TRUE(done[0].answer.ok());
  EXPECT_TRUE(done[1].answer.ok());
  for (std::size_t i = 2; i < done.size(); ++i) EXPECT_FALSE(done[i].answer.ok()) << i;
  EXPECT_EQ(held(), 20U);
  for (std::size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i].id, IntentId(i + 1));
}

TEST_P(RunsInOrder, OfAGroupAreToldTheSizeOfTheLogAndTheirRows) {
  const auto runs = cut_at({10, 30, kEntries}, false);
  const auto done = write_group(runs);
  EXPECT_EQ(std::get<RunStored>(*done[0].answer).journal_seq, JournalSeq(0));
  EXPECT_EQ(std::get<RunStored>(*done[2].answer).journal_seq, store->log_state(author.log.id())->journal_seq);
  EXPECT_EQ(std::get<RunStored>(*done[2].answer).bytes, *store->log_bytes(author.log.id()));
}

}  // namespace
}  // namespace koinon::test::runs_in_order_test
