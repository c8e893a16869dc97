// What the mark says of a store.
#include "node/replication/mark.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace koinon::mark_test {
namespace {

MarkState state(std::uint64_t size, char root = 'r', std::uint64_t row = 1, char counter = 1) {
  MarkState out;
  out.size = TreeSize(size);
  out.root = Hash::from(Bytes(32, root));
  out.row = JournalSeq(row);
  out.epoch.data[3] = static_cast<unsigned char>(counter);
  return out;
}

TEST(Mark, ReadsWhatItWrote) {
  const Mark mark{state(4), state(5, 's', 9, 2)};
  const auto read = parse_mark(mark_text(mark));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, mark);
}

TEST(Mark, WhilePeersAreAskedNothingAgreesAndWhatIsOlderIsOlderStill) {
  const Mark mark{state(4, 'r', 5, 3), state(5, 's', 6, 3), true};
  const auto read = parse_mark(mark_text(mark));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, mark);
  EXPECT_EQ(compare_mark(mark, state(4, 'r', 5, 3)), MarkSays::kNone);
  EXPECT_EQ(compare_mark(mark, state(5, 's', 6, 3)), MarkSays::kNone);
  EXPECT_EQ(compare_mark(mark, state(3, 'q', 4, 3)), MarkSays::kBehind);
}

TEST(Mark, NothingElseIsOne) {
  const std::string text = mark_text({state(4), state(5)});
  for (const std::string& bad :
       {std::string(), text + "x", text.substr(0, text.size() - 2), std::string("koinon/v1 mark\n1 2 3 4\n")})
    EXPECT_FALSE(parse_mark(bad).ok()) << bad;
}

TEST(Mark, EitherStateAgrees) {
  const Mark mark{state(4), state(5, 's')};
  EXPECT_EQ(compare_mark(mark, state(4)), MarkSays::kAgrees);
  EXPECT_EQ(compare_mark(mark, state(5, 's')), MarkSays::kAgrees);
  EXPECT_EQ(compare_mark(mark, state(5, 's', 7)), MarkSays::kAgrees)
      << "a later row is given without a signature";
}

TEST(Mark, AnOlderStoreIsBehindBoth) {
  const Mark mark{state(4, 'r', 5, 3), state(5, 's', 6, 3)};
  EXPECT_EQ(compare_mark(mark, state(3, 'q', 4, 3)), MarkSays::kBehind);
  EXPECT_EQ(compare_mark(mark, state(4, 'r', 5, 2)), MarkSays::kBehind) << "of an earlier start";
  EXPECT_EQ(compare_mark(mark, state(4, 'r', 4, 3)), MarkSays::kBehind) << "an earlier row";
}

TEST(Mark, AStoreAheadOrOfAnotherHistoryProvesNothing) {
  const Mark mark{state(4), state(5, 's')};
  EXPECT_EQ(compare_mark(mark, state(6, 't')), MarkSays::kNone);
  EXPECT_EQ(compare_mark(mark, state(5, 'x')), MarkSays::kNone);
  EXPECT_EQ(compare_mark(mark, state(5, 's', 1, 2)), MarkSays::kNone) << "a later epoch";
}

MarkState recovered(MarkState state, std::uint64_t recoveries = 1) {
  state.recoveries = recoveries;
  state.row = JournalSeq(0);
  return state;
}

TEST(Mark, SaysHowOftenTheLogWasTakenBack) {
  const Mark mark{state(4), recovered(state(5, 's', 9, 2), 12)};
  const auto read = parse_mark(mark_text(mark));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, mark);
  EXPECT_FALSE(parse_mark(mark_text({state(4), state(5)}).replace(15, 1, "4/0")).ok()) << "written otherwise";
}

TEST(Mark, ARecoveryThatKeepsAllOfItAgrees) {
  const Mark mark{state(4), state(4)};
  EXPECT_EQ(compare_mark(mark, recovered(state(4))), MarkSays::kAgrees);
  EXPECT_EQ(compare_mark(mark, recovered(state(3))), MarkSays::kNone) << "it keeps less";
  EXPECT_EQ(compare_mark(mark, recovered(state(5))), MarkSays::kNone) << "it keeps what was not signed here";
  EXPECT_EQ(compare_mark(mark, recovered(state(4, 's'))), MarkSays::kNone) << "another log";
  EXPECT_EQ(compare_mark(mark, recovered(state(4, 'r', 1, 2))), MarkSays::kNone)
      << "something ran since the mark";
  EXPECT_EQ(compare_mark(mark, recovered(state(4), 2)), MarkSays::kNone) << "another one came before it";
}

TEST(Mark, AStoreOfBeforeARecoveryIsBehindWhateverItsSize) {
  const Mark mark{recovered(state(4)), recovered(state(4))};
  EXPECT_EQ(compare_mark(mark, state(4)), MarkSays::kBehind);
  EXPECT_EQ(compare_mark(mark, state(9, 't', 7, 3)), MarkSays::kBehind) << "what it has more is void";
  EXPECT_EQ(compare_mark(mark, recovered(state(4))), MarkSays::kAgrees);
}

MarkState cosigned(MarkState state, std::uint64_t count) {
  state.cosigned = count;
  return state;
}

TEST(Mark, SaysHowMuchWasCosigned) {
  const Mark mark{cosigned(state(4), 7), cosigned(state(4, 'r', 2), 8), true};
  const auto read = parse_mark(mark_text(mark));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, mark);
  std::string other = mark_text({state(4), cosigned(state(4), 8)});
  EXPECT_TRUE(parse_mark(other).ok());
  EXPECT_FALSE(parse_mark(other.replace(other.size() - 2, 1, "0")).ok()) << "it is left out then";
}

TEST(Mark, OfAnOlderVersionIsReadAndProvesNothingOfAStoreThatHasCosigned) {
  const std::string zeros(64, '0');
  const std::string line = "4 " + zeros + " 1 " + std::string(2 * Epoch::kSize, '0') + "\n";
  const auto read = parse_mark("koinon/v1 mark\n" + line + line);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->before.cosigned, 0U);
  EXPECT_EQ(compare_mark(*read, read->before), MarkSays::kAgrees) << "right after the update";
  EXPECT_EQ(compare_mark(*read, cosigned(read->before, 1)), MarkSays::kNone);
}

TEST(Mark, AStoreThatHasCosignedLessIsBehindWhateverItsLog) {
  const Mark mark{cosigned(state(4), 7), cosigned(state(4), 8)};
  EXPECT_EQ(compare_mark(mark, cosigned(state(4), 7)), MarkSays::kAgrees);
  EXPECT_EQ(compare_mark(mark, cosigned(state(4), 8)), MarkSays::kAgrees);
  EXPECT_EQ(compare_mark(mark, cosigned(state(4), 6)), MarkSays::kBehind);
  EXPECT_EQ(compare_mark(mark, cosigned(state(5, 's'), 6)), MarkSays::kBehind);
  EXPECT_EQ(compare_mark(mark, cosigned(state(4), 9)), MarkSays::kNone) << "nobody marked that";
  EXPECT_EQ(compare_mark(mark, cosigned(recovered(state(2)), 0)), MarkSays::kNone)
      << "its city took it back, with other keys";
}

TEST(Mark, NamesWhatARecoveryKeepsOnceAllOfThatIsHeld) {
  ASSERT_TRUE(init_crypto().ok());
  const SigningKey first = SigningKey::from_seed(Bytes(32, 'a'));
  const SigningKey words = SigningKey::from_seed(Bytes(32, 'R'));
  LogState log;
  log.keys = KeyHistory({"seoul.example", first.public_key(), words.public_key()});
  log.range.append(leaf_hash("entry 0"));
  log.range.append(leaf_hash("entry 1"));
  Statement statement = log.keys.next(true);
  statement.size = log.range.size();
  statement.root = log.range.root();
  statement.key.key = SigningKey::from_seed(Bytes(32, 'b')).public_key();
  ASSERT_TRUE(log.keys.add(sign_statement(statement, log.keys.vkey().name, words)).ok());
  const MarkState whole = mark_state(log, Epoch(), 3);
  EXPECT_EQ(whole.recoveries, 1U);
  EXPECT_EQ(whole.cosigned, 3U);
  EXPECT_EQ(whole.size, statement.size);
  EXPECT_EQ(whole.root, statement.root);
  log.range = CompactRange();
  log.range.append(leaf_hash("entry 0"));
  EXPECT_EQ(mark_state(log, Epoch(), 3).size, TreeSize(0)) << "some of it is missing, and what it did";
}

}  // namespace
}  // namespace koinon::mark_test
