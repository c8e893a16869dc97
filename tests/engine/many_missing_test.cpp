// More bodies of a log are missing than are looked for at a time, without a network: all come to be asked
// for.
#include <deque>

#include "crypto/hash.h"
#include "proto/codec/entry.h"
#include "tests/engine/alone.h"

namespace koinon::engine::test::many_missing_test {
namespace {

constexpr std::uint64_t kEntries = 10'000;
constexpr std::uint64_t kLost = 9'000;
// Whole pages of the store are looked for: a little more than the limit.
constexpr std::size_t kMost = limits::kMissingBodies + limits::kMissingPerRead;
constexpr std::size_t kSteps = 10'000;  // many more than any of these tests needs

Bytes entry_with_body() {
  v1::Entry entry;
  entry.set_kind(v1::KIND_PRACTICE);
  entry.set_body_digest(sha256("body").bytes());
  entry.set_body_size(4);
  return serialize(entry);
}

StoreState with_own_log() {
  StoreState state = pinned({kOslo, kRome}, {state_of(kMilan, kEntries, 1)});
  state.own_log = kMilan.log_id();
  return state;
}

// Our own log is Milan's. Two peers are connected.
class ManyMissing : public Alone {
 protected:
  ManyMissing() : Alone(with_own_log()) {}
  void TearDown() override { EXPECT_EQ(parts.bodies.wrong_list(), ""); }

  // A run came whose source has none of their texts.
  void store_run_without_them() {
    StoredRun run;
    run.source = links[0]->id;
    for (const std::uint64_t index : lost) run.not_held.emplace_back(EntryIndex(index), entry_with_body());
    parts.bodies.note_run(log, run, false);
    parts.bodies.relist(log.id());
  }
  void lose_many() {
    for (std::uint64_t i = 1; i <= kLost; ++i) lost.insert(i);
  }
  // Store and peers answer until nothing more is asked.
  void drive() {
    collect();
    for (std::size_t step = 0; !reads.empty() || !gets.empty() || !checks.empty() || !commits.empty();
         ++step) {
      ASSERT_LT(step, kSteps) << "it has no end";
      if (!reads.empty()) {
        const Asked<ReadUnheld> read = take(reads);
        if (reads_fail) {
          parts.effects.answer({read.id, fail(Code::kIo, "the disk does not answer")});
        } else {
          parts.effects.answer({read.id, Answer(unheld(read.intent))});
        }
      } else if (!gets.empty()) {
        const auto [link, request] = take(gets);
        give(*link, request);
      } else if (!checks.empty()) {
        parts.effects.answer({take(checks).id, Answer(BodiesVerified{})});
      } else {
        const Asked<CommitBodies> commit = take(commits);
        for (const auto& body : commit.intent.bodies.bodies) lost.erase(body.index.value);
        parts.effects.answer({commit.id, Answer(RunStored{})});
      }
      collect();
    }
  }
  void retry() {
    begin(parts.bodies.next_retry());
    parts.bodies.retry();
    drive();
  }

  Log& log = parts.logs.at(kMilan.log_id());
  std::vector<Link*> links{&connect('\1'), &connect('\2')};
  std::set<std::uint64_t> lost;                       // bodies that the store does not hold
  std::map<SessionId, std::set<std::uint64_t>> held;  // by peers
  std::set<std::uint64_t> asked_for;                  // of peers
  std::vector<std::string> lines;                     // of the log, for the operator
  bool reads_fail = false;
  std::size_t most = 0;  // that were looked for at a time

 private:
  template <typename Item>
  static Item take(std::deque<Item>& queue) {
    Item out = std::move(queue.front());
    queue.pop_front();
    return out;
  }
  template <typename IntentType>
  void collect(std::deque<Asked<IntentType>>& queue) {
    for (auto& next : asked<IntentType>()) queue.push_back(std::move(next));
  }
  void collect() {
    look();
    collect(reads);
    collect(checks);
    collect(commits);
    for (Link* link : links) {
      for (const v1::Frame& frame : said_to(*link)) {
        if (frame.has_get_bodies()) gets.emplace_back(link, frame.get_bodies());
      }
    }
    for (const Output& output : outputs) {
      const auto* event = std::get_if<Event>(&output);
      if (event != nullptr && event->kind == Event::Kind::kNotice) lines.push_back(event->text);
    }
    most = std::max(most, parts.bodies.looked_for(log));
  }
  std::vector<StoredRecord> unheld(const ReadUnheld& read) const {
    std::vector<StoredRecord> out;
    for (auto it = lost.lower_bound(read.from.value); it != lost.end() && out.size() < read.limit; ++it)
      out.push_back({EntryIndex(*it), entry_with_body(), {}, BodyState::kNotHeld, {}});
    return out;
  }
  void give(Link& link, const v1::GetBodies& request) {
    v1::Bodies answer;
    answer.set_request_id(request.request_id());
    answer.set_log_id(log.id().bytes());
    answer.set_last(true);
    for (const auto& wanted : request.bodies()) {
      asked_for.insert(wanted.index());
      auto* next = answer.add_bodies();
      next->set_index(wanted.index());
      if (held[link.id].contains(wanted.index())) {
        next->set_body("body");
      } else {
        next->set_mark(v1::BODY_MARK_NOT_HELD);
      }
    }
    parts.bodies.on_bodies(link, std::move(answer), 100);
  }

  std::deque<Asked<ReadUnheld>> reads;
  std::deque<std::pair<Link*, v1::GetBodies>> gets;
  std::deque<Asked<VerifyBodies>> checks;
  std::deque<Asked<CommitBodies>> commits;
};

TEST_F(ManyMissing, ThoseThatNobodyHasDoNotHideOneThatAPeerHas) {
  lose_many();
  held[links[1]->id] = {kLost};
  parts.bodies.look_for(log);
  drive();
  EXPECT_EQ(asked_for.size(), kLost);
  EXPECT_FALSE(lost.contains(kLost));
  EXPECT_LE(most, kMost);
  EXPECT_EQ(parts.bodies.missing(), kLost - 1);
}

TEST_F(ManyMissing, TheNextRetryBeginsWithTheFirstAgain) {
  lose_many();
  parts.bodies.look_for(log);
  drive();
  EXPECT_EQ(lost.size(), kLost);
  EXPECT_EQ(parts.bodies.missing(), kLost);
  for (const std::uint64_t index : {std::uint64_t{1'000}, kLost}) {
    held[links[0]->id] = {index};
    ASSERT_NE(parts.bodies.next_retry(), MonoTime::max());
    retry();
    EXPECT_FALSE(lost.contains(index));
  }
  EXPECT_LE(most, kMost);
}

TEST_F(ManyMissing, AllAreHadOfWhoeverHasThem) {
  lose_many();
  parts.bodies.look_for(log);
  drive();
  for (const std::uint64_t index : lost) held[links[index % 2]->id].insert(index);
  retry();
  EXPECT_TRUE(lost.empty());
  EXPECT_EQ(parts.bodies.missing(), 0U);
  EXPECT_EQ(parts.bodies.next_retry(), MonoTime::max());
}

TEST_F(ManyMissing, TheOperatorIsToldOnceAndWhatIsNamedCanBeLookedUp) {
  lose_many();
  parts.bodies.look_for(log);
  drive();
  retry();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find("at least " + std::to_string(limits::kMissingBodies) + " texts of our own log"), 0U)
      << lines[0];
  EXPECT_NE(lines[0].find("entries 1, 2, 3,"), std::string::npos) << lines[0];
  LogStanding out;
  for (const std::uint64_t named : {1U, 20U}) {
    parts.bodies.tell(out, log, EntryIndex(named));
    EXPECT_EQ(out.missing[EntryIndex(named)].size(), 2U) << "both were asked for entry " << named;
  }
}

TEST_F(ManyMissing, WhoComesIsSoonAskedForWhatIsSetAside) {
  lose_many();
  parts.bodies.look_for(log);
  drive();
  for (int i = 0; i < 5; ++i) retry();
  const MonoTime now = parts.effects.now().mono;
  EXPECT_GT(parts.bodies.next_retry(), now + limits::kBodyRetry);
  links.push_back(&connect('\3'));
  held[links[2]->id] = {1'000};
  parts.bodies.look_for_all();
  drive();
  EXPECT_EQ(parts.bodies.next_retry(), now + limits::kBodyRetry);
  retry();
  EXPECT_FALSE(lost.contains(1'000));
}

TEST_F(ManyMissing, NobodyIsThereAndNothingIsSetAside) {
  lose_many();
  for (Link* link : links) link->ready = false;
  parts.bodies.look_for(log);
  drive();
  EXPECT_EQ(parts.bodies.looked_for(log), limits::kMissingBodies);
  EXPECT_TRUE(lines.empty());
}

TEST_F(ManyMissing, ARunOfManyLeavesOnlySoManyToBeLookedForAndAllAreAskedFor) {
  parts.bodies.look_for(log);
  drive();
  lose_many();
  store_run_without_them();
  EXPECT_EQ(parts.bodies.looked_for(log), limits::kMissingBodies);
  held[links[1]->id] = {kLost};
  parts.bodies.look_for(log);
  drive();
  EXPECT_EQ(asked_for.size(), kLost);
  EXPECT_FALSE(lost.contains(kLost));
  EXPECT_LE(most, kMost);
}

TEST_F(ManyMissing, AReadThatFailsIsTriedAgainLater) {
  parts.bodies.look_for(log);
  drive();
  lose_many();
  store_run_without_them();
  reads_fail = true;
  parts.bodies.look_for(log);
  drive();
  EXPECT_LT(asked_for.size(), kLost);
  reads_fail = false;
  retry();
  EXPECT_EQ(asked_for.size(), kLost);
}

}  // namespace
}  // namespace koinon::engine::test::many_missing_test
