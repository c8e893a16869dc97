// Epochs: their bytes, who can make them, and where a place that was given out in one goes on.
#include "crypto/epoch.h"

#include <set>

#include <gtest/gtest.h>

#include "proto/base/encoding.h"

namespace koinon::epoch_test {
namespace {

SigningKey node(char fill) { return SigningKey::from_seed(Bytes(kSeedBytes, fill)); }
const Bytes kRandom = "randomly";

class Epochs : public testing::Test {
 protected:
  Epochs() { EXPECT_TRUE(init_crypto().ok()); }
};

// The example of PROTOCOL.md; tests/functional/wire.py computes it too.
TEST_F(Epochs, TheirBytesAreThoseOfTheSpecification) {
  const EpochKey key(SigningKey::from_seed(Bytes(kSeedBytes, '\0')));
  EXPECT_EQ(to_hex(key.view()), "7625d3a867a0b2d4148ea4a43faebf2794d278c0b4fe2e9a7cb6882465546aeb");
  const Epoch epoch = make_epoch(key, 7, *from_hex("0102030405060708"));
  EXPECT_EQ(to_hex(epoch.view()), "00000007010203040506070877b29395f2f2676b9f1f9fb9");
  EXPECT_EQ(counter_of(epoch), 7U);
  EXPECT_TRUE(is_authentic(key, epoch));
}

TEST_F(Epochs, OnlyTheNodesKeyMakesOneAndEveryByteOfItCounts) {
  const EpochKey key(node('a'));
  const Epoch epoch = make_epoch(key, 0x01020304, kRandom);
  EXPECT_TRUE(is_authentic(key, epoch));
  EXPECT_TRUE(is_authentic(EpochKey(node('a')), epoch)) << "after a restart too";
  EXPECT_FALSE(is_authentic(EpochKey(node('b')), epoch));
  for (std::size_t at = 0; at < Epoch::kSize; ++at) {
    Epoch changed = epoch;
    changed.data[at] ^= 1;
    EXPECT_FALSE(is_authentic(key, changed)) << at;
  }
  EXPECT_FALSE(is_authentic(key, unkeyed_epochs()(9)));
  EXPECT_FALSE(is_authentic(key, Epoch()));
}

TEST_F(Epochs, TwoStartsWithOneCounterAreNotMistakenForEachOther) {
  const OwnEpochs own = own_epochs(node('a'));
  const Epoch one = own.make(3);
  const Epoch other = own.make(3);
  EXPECT_TRUE(own.is_ours(one) && own.is_ours(other));
  EXPECT_EQ(counter_of(one), counter_of(other));
  EXPECT_NE(one, other);
}

TEST_F(Epochs, AreReadAsTheyAreWritten) {
  const Epoch epoch = make_epoch(EpochKey(node('a')), 0xFFFFFFFF, kRandom);
  EXPECT_EQ(to_text(epoch).size(), 39U);
  EXPECT_EQ(*epoch_from_text(to_text(epoch)), epoch);
  EXPECT_EQ(counter_of(epoch), 0xFFFFFFFFU);
  for (const std::string wrong : {"", "deadbeef", "a", "?"})
    EXPECT_FALSE(epoch_from_text(wrong).ok()) << wrong;
  EXPECT_FALSE(epoch_from_text(to_text(epoch) + "aa").ok());
}

TEST_F(Epochs, TheNextCountsAboveAllThatAreKnownAndHandled) {
  EXPECT_EQ(*next_counter({}, 0), 1U);
  EXPECT_EQ(*next_counter({}, 5), 6U);
  const std::vector<EpochRange> known = {{unkeyed_epochs()(8), {}, {}}, {unkeyed_epochs()(9), {}, {}}};
  EXPECT_EQ(*next_counter(known, 5), 10U);
  EXPECT_EQ(*next_counter(known, 12), 13U);
  EXPECT_EQ(next_counter(known, 0xFFFFFFFF).error().code, Code::kInternal);
}

class Resumed : public testing::Test {
 protected:
  std::optional<std::uint64_t> row(std::uint32_t epoch, std::uint64_t at) const {
    const auto out = resumed(epochs, unkeyed_epochs()(epoch), JournalSeq(at), JournalSeq(30));
    return out ? std::optional(out->value) : std::nullopt;
  }
  std::optional<std::uint64_t> arrival(std::uint32_t epoch, std::uint64_t at) const {
    const auto out = resumed(epochs, unkeyed_epochs()(epoch), ArrivalSeq(at), ArrivalSeq(300));
    return out ? std::optional(out->value) : std::nullopt;
  }
  // The first ended at row 10, the second at row 20; the third goes on.
  const std::vector<EpochRange> epochs = {{unkeyed_epochs()(1), JournalSeq(10), ArrivalSeq(100)},
                                          {unkeyed_epochs()(2), JournalSeq(20), ArrivalSeq(200)},
                                          {unkeyed_epochs()(4), {}, {}}};
};

TEST_F(Resumed, InAnEpochThatHasEndedAPlaceGoesOnAtItsEndAtTheLatest) {
  EXPECT_EQ(row(1, 0), 0U);
  EXPECT_EQ(row(1, 7), 7U);
  EXPECT_EQ(row(1, 10), 10U);
  EXPECT_EQ(row(1, 11), 10U) << "a crash took row 11 back; its number is another row's by now";
  EXPECT_EQ(row(2, ~std::uint64_t{0}), 20U);
  EXPECT_EQ(arrival(1, 101), 100U);
  EXPECT_EQ(arrival(2, 150), 150U);
}

TEST_F(Resumed, InTheCurrentEpochAPlaceGoesOnWhereItIs) {
  EXPECT_EQ(row(4, 3), 3U) << "before the epoch began: the numbers are those of the epochs before";
  EXPECT_EQ(row(4, 30), 30U);
  EXPECT_EQ(arrival(4, 300), 300U);
}

TEST_F(Resumed, APlaceThatNothingHereHasGivenSaysNothing) {
  EXPECT_FALSE(row(3, 1)) << "an unknown epoch";
  EXPECT_FALSE(row(5, 0));
  EXPECT_FALSE(row(4, 31)) << "beyond all that there is";
  EXPECT_FALSE(arrival(4, 301));
  EXPECT_FALSE(resumed({}, unkeyed_epochs()(1), JournalSeq(0), JournalSeq(0)));
}

}  // namespace
}  // namespace koinon::epoch_test
