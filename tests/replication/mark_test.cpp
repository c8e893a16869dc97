// What the mark says of a store.
#include "node/replication/mark.h"

#include <gtest/gtest.h>

namespace koinon {
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

}  // namespace
}  // namespace koinon
