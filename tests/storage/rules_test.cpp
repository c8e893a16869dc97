// What every store decides alike, without any store.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/store/arrival_rules.h"
#include "storage/store/body_rules.h"
#include "storage/store/epoch_rules.h"
#include "storage/store/file_rules.h"
#include "storage/store/log_keys_rules.h"
#include "storage/store/run_rules.h"
#include "storage/store/trust_rules.h"

namespace koinon::test::rules_test {
namespace {

Bytes entry_of(std::uint32_t body_size) {
  v1::Entry entry;
  entry.set_kind(v1::KIND_PRACTICE);
  entry.add_topics("health");
  entry.set_body_size(body_size);
  if (body_size > 0) entry.set_body_digest(Bytes(Hash::kSize, 'd'));
  return entry.SerializeAsString();
}

RunCommit run_from(std::uint64_t from, std::size_t count) {
  RunCommit run;
  for (std::size_t i = 0; i < count; ++i) {
    run.records.push_back({EntryIndex(from + i), "entry", {}, BodyState::kHeld, {}});
    run.leaves.emplace_back();
  }
  run.head.size = TreeSize(from + count + 1);  // more is to come
  return run;
}

TEST(RunRules, ARunContinuesALogThatIsNotFrozen) {
  const RunCommit run = run_from(5, 2);
  EXPECT_TRUE(check_run(run, TreeSize(5), false).ok());
  EXPECT_EQ(check_run(run, TreeSize(4), false).error().field, "from");
  EXPECT_EQ(check_run(run, TreeSize(5), true).error().field, "log");
  EXPECT_EQ(check_run(RunCommit(), TreeSize(0), false).error().code, Code::kInternal);
}

TEST(RunRules, AMarkIsContradictedByTheRunThatBringsTheEntryItNames) {
  RunCommit run = run_from(5, 2);
  EXPECT_TRUE(contradicts_mark(run, EntryIndex(1), EntryIndex(6)));
  EXPECT_FALSE(contradicts_mark(run, EntryIndex(1), EntryIndex(4))) << "an earlier entry";
  EXPECT_FALSE(contradicts_mark(run, EntryIndex(1), EntryIndex(7))) << "a later entry";
  run.withdrawals.push_back({EntryIndex(6), EntryIndex(1), true});
  EXPECT_FALSE(contradicts_mark(run, EntryIndex(1), EntryIndex(6)));
  EXPECT_TRUE(contradicts_mark(run, EntryIndex(2), EntryIndex(6)));
}

TEST(RunRules, AnErasureTakesABodyAwayThatNoEarlierOneTook) {
  const WithdrawalFact fact{EntryIndex(6), EntryIndex(1), true};
  EXPECT_TRUE(takes_away(fact, entry_of(10), BodyState::kHeld, {}));
  EXPECT_TRUE(takes_away(fact, entry_of(10), BodyState::kErased, EntryIndex(8)));
  EXPECT_FALSE(takes_away(fact, entry_of(10), BodyState::kErased, EntryIndex(3)));
  EXPECT_FALSE(takes_away(fact, entry_of(0), BodyState::kHeld, {})) << "it has none";
  EXPECT_FALSE(takes_away({EntryIndex(6), EntryIndex(1), false}, entry_of(10), BodyState::kHeld, {}));
}

TEST(RunRules, AtLeastOneRecordIsServedAndNoneBeyondTheBudget) {
  StoredRecord record{EntryIndex(0), Bytes(60, 'e'), Bytes(60, 'b'), BodyState::kHeld, {}};
  RunBudget small(10);
  EXPECT_TRUE(small.takes(record));
  EXPECT_FALSE(small.takes(record));
  RunBudget exact(240);
  EXPECT_TRUE(exact.takes(record));
  EXPECT_TRUE(exact.takes(record));
  EXPECT_FALSE(exact.takes(record));
  RunBudget by_size(240);
  EXPECT_TRUE(by_size.takes(std::size_t{240}));
  EXPECT_FALSE(by_size.takes(std::size_t{1}));
}

TEST(BodyRules, ABodyGoesWhereItIsLacked) {
  EXPECT_EQ(place_of_body(BodyState::kNotHeld, false), BodyPlace::kOurs);
  EXPECT_EQ(place_of_body(BodyState::kNotHeld, true), BodyPlace::kOurs) << "it is wanted by now";
  EXPECT_EQ(place_of_body(BodyState::kNotAsked, true), BodyPlace::kTransit);
  EXPECT_EQ(place_of_body(BodyState::kNotAsked, false), BodyPlace::kOurs);
  EXPECT_EQ(place_of_body(BodyState::kHeld, false), BodyPlace::kNowhere);
  EXPECT_EQ(place_of_body(BodyState::kErased, true), BodyPlace::kNowhere);
}

TEST(BodyRules, WhatIsHereOrMayStillComeCanBeHidden) {
  EXPECT_TRUE(can_be_hidden(BodyState::kHeld, true));
  EXPECT_TRUE(can_be_hidden(BodyState::kNotAsked, true)) << "it is held for peers";
  EXPECT_TRUE(can_be_hidden(BodyState::kNotHeld, false)) << "it may still come";
  EXPECT_FALSE(can_be_hidden(BodyState::kNotAsked, false));
  EXPECT_FALSE(can_be_hidden(BodyState::kErased, false));
}

TEST(BodyRules, AFilterReleasesWantsAndTakesOver) {
  BodyFilter climate;
  climate.all = false;
  climate.topics = {"climate"};
  const BodyFilter all;
  const Bytes entry = entry_of(10);
  EXPECT_EQ(filter_step(climate, entry, BodyState::kHeld, true), FilterStep::kReleased);
  EXPECT_EQ(filter_step(all, entry, BodyState::kHeld, true), FilterStep::kStays);
  EXPECT_EQ(filter_step(climate, entry, BodyState::kHeld, false), FilterStep::kStays);
  EXPECT_EQ(filter_step(all, entry, BodyState::kNotAsked, false), FilterStep::kWanted);
  EXPECT_EQ(filter_step(all, entry, BodyState::kNotAsked, true), FilterStep::kFromTransit);
  EXPECT_EQ(filter_step(climate, entry, BodyState::kNotAsked, true), FilterStep::kStays);
  EXPECT_EQ(filter_step(climate, entry, BodyState::kNotHeld, false), FilterStep::kNotWanted);
  EXPECT_EQ(filter_step(all, entry, BodyState::kErased, false), FilterStep::kStays);
}

TEST(BodyRules, WhatIsHeldForPeersGoesBeyondItsShareItsQuotaAndItsTime) {
  const std::uint64_t quota = 100 * limits::kMiB;
  EXPECT_FALSE(is_over_share(quota / limits::kLogShare, quota));
  EXPECT_TRUE(is_over_share(quota / limits::kLogShare + 1, quota));
  const std::int64_t age = std::chrono::milliseconds(limits::kTransitAge).count();
  EXPECT_FALSE(oldest_goes(quota, quota, {5}, {5 + age}));
  EXPECT_TRUE(oldest_goes(quota + 1, quota, {5}, {5}));
  EXPECT_TRUE(oldest_goes(1, quota, {5}, {6 + age}));
}

// Gives the files of these sizes, one after the other.
NextFile files_of(const std::vector<std::uint64_t>& sizes, std::int64_t first_key) {
  return [sizes, first_key, next = std::size_t{0}]() mutable -> Result<std::optional<FileThatMayGo>> {
    if (next == sizes.size()) return std::optional<FileThatMayGo>();
    const FileThatMayGo file{first_key + static_cast<std::int64_t>(next), sizes[next]};
    ++next;
    return std::optional(file);
  };
}

TEST(FileRules, WhatIsForPeersGivesWayToAnythingAndWhatIsByHandToWhatIsByHand) {
  using enum AttachmentWish;
  EXPECT_TRUE(gives_way_to(kForPeer).includes(kForPeer, true));
  EXPECT_FALSE(gives_way_to(kForPeer).includes(kForPeer, false)) << "it is being fetched";
  EXPECT_TRUE(gives_way_to(kByPolicy).includes(kForPeer, false));
  EXPECT_FALSE(gives_way_to(kByPolicy).includes(kByPolicy, true));
  EXPECT_TRUE(gives_way_to(kByHand).includes(kByPolicy, false));
  EXPECT_TRUE(gives_way_to(kByHand).includes(kByHand, true));
  EXPECT_FALSE(gives_way_to(kByHand).includes(kByHand, false));
}

TEST(FileRules, AsManyFilesGoAsAreNeededAndNoneWhereThatIsNotEnough) {
  const FileRoom room{100, 90, 0};
  const auto some =
      files_that_go(30, AttachmentWish::kByHand, room, files_of({}, 0), files_of({15, 15, 15}, 7));
  ASSERT_TRUE(some.ok());
  EXPECT_EQ(*some, (std::set<std::int64_t>{7, 8}));
  EXPECT_TRUE(files_that_go(10, AttachmentWish::kByHand, room, files_of({}, 0), files_of({15}, 7))->empty());
  EXPECT_EQ(files_that_go(30, AttachmentWish::kByHand, room, files_of({}, 0), files_of({15}, 7)).error().code,
            Code::kTooLarge);
}

TEST(FileRules, OfItsShareALogsOwnFilesGiveWayAndCountForTheWholeOnce) {
  const std::uint64_t quota = limits::kLogShare * limits::kAttachmentBytes;
  const std::uint64_t share = limits::kAttachmentBytes;
  const auto gone = files_that_go(10, AttachmentWish::kByPolicy, {quota, quota, share}, files_of({20}, 3),
                                  files_of({20, 20}, 3));
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(*gone, (std::set<std::int64_t>{3}));
  EXPECT_FALSE(
      files_that_go(10, AttachmentWish::kByPolicy, {quota, share, share}, files_of({}, 0), files_of({20}, 3))
          .ok());
  EXPECT_TRUE(
      files_that_go(10, AttachmentWish::kByHand, {quota, share, share}, files_of({}, 0), files_of({}, 3))
          .ok());
}

TEST(TrustRules, APinKeepsWhatItWasButForItsAddressAndVouch) {
  PeerRecord old;
  old.name = "old";
  old.address = "here:1";
  old.cursor = JournalSeq(7);
  PeerRecord news = old;
  news.name = "new";
  news.address = "there:2";
  news.vouch = false;
  news.cursor = JournalSeq(9);
  const PeerRecord again = pinned(old, news);
  EXPECT_EQ(again.name, "old");
  EXPECT_EQ(again.address, "there:2");
  EXPECT_FALSE(again.vouch);
  EXPECT_EQ(again.cursor, JournalSeq(7));
  EXPECT_EQ(pinned(std::nullopt, news).cursor, JournalSeq(0));
}

TEST(TrustRules, ACursorMovesBackOnlyWithAnotherEpoch) {
  const Epoch one = Epoch::from(Bytes(Epoch::kSize, '1'));
  const Epoch two = Epoch::from(Bytes(Epoch::kSize, '2'));
  EXPECT_EQ(moved_cursor(one, JournalSeq(10), {NodeKey(), one, JournalSeq(7)}), JournalSeq(10));
  EXPECT_EQ(moved_cursor(one, JournalSeq(10), {NodeKey(), two, JournalSeq(3)}), JournalSeq(3));
  EXPECT_EQ(moved_cursor(std::nullopt, JournalSeq(0), {NodeKey(), two, JournalSeq(3)}), JournalSeq(3));
}

TEST(TrustRules, SoManyVouchesOfOneVoucherCount) {
  VouchFact vouch;
  EXPECT_TRUE(vouch_counts(vouch, limits::kVouches - 1));
  EXPECT_FALSE(vouch_counts(vouch, limits::kVouches));
  vouch.withdrawn = true;
  EXPECT_FALSE(vouch_counts(vouch, 0));
}

TEST(ArrivalRules, OfAnArrivalThePartAboveANumberIsTold) {
  Arrival arrival;
  arrival.first = ArrivalSeq(10);
  arrival.from = EntryIndex(100);
  arrival.count = 5;
  EXPECT_EQ(part_after(arrival, ArrivalSeq(9)).count, 5U);
  const Arrival part = part_after(arrival, ArrivalSeq(12));
  EXPECT_EQ(part.first, ArrivalSeq(13));
  EXPECT_EQ(part.from, EntryIndex(103));
  EXPECT_EQ(part.count, 2U);
  EXPECT_EQ(numbers_of_removal(TreeSize(0)), 1U);
}

TEST(EpochRules, AnEpochCountsAboveAllThatAreKnownAndHandled) {
  const Epoch seven = unkeyed_epochs()(7);
  EXPECT_TRUE(check_epoch(seven, 6, 0).ok());
  EXPECT_EQ(check_epoch(seven, 7, 0).error().code, Code::kInternal);
  EXPECT_EQ(check_epoch(seven, 3, 7).error().code, Code::kInternal);
}

TEST(FileRules, AnErasedNotesFileIsKeptOutOfSightForAsLongAsItsBody) {
  EXPECT_EQ(fate_of(true, true, true), FileFate::kStays) << "another record names it too";
  EXPECT_EQ(fate_of(true, false, false), FileFate::kStays);
  EXPECT_EQ(fate_of(false, true, true), FileFate::kHidden);
  EXPECT_EQ(fate_of(false, false, true), FileFate::kGone) << "a part of it is of no use";
  EXPECT_EQ(fate_of(false, true, false), FileFate::kGone);
}

TEST(LogKeysRules, TheKeysOfALogFollowFromItsEntries) {
  const auto node = [](char seed) { return NodeKey::from(Bytes(NodeKey::kSize, seed)); };
  const auto keys = [&](char cosigner, char of_node) {
    return LogKeys{PublicKey::from(Bytes(PublicKey::kSize, cosigner)),
                   SealingKey::from(Bytes(SealingKey::kSize, 's')), node(of_node)};
  };
  const KeysSoFar first = keys_of_genesis(keys('c', 'A'));
  const KeysSoFar second = keys_after(first, {EntryIndex(3), keys('c', 'B')});
  const StandingKeys stands = standing_of(keys_after(second, {EntryIndex(5), keys('d', 'B')}), TreeSize(0));
  EXPECT_EQ(stands.node_since, EntryIndex(3));
  EXPECT_EQ(stands.cosigner_since, EntryIndex(5));
  EXPECT_EQ(stands.node_before, node('A'));
  EXPECT_FALSE(standing_of(second, TreeSize(2)).node_before) << "a recovery came since it was named";
  // The same where the Genesis is not known at first.
  const KeysSoFar late = behind_genesis(keys_after(std::nullopt, {EntryIndex(3), keys('c', 'B')}),
                                        keys('c', 'A'), EntryIndex(3));
  EXPECT_EQ(standing_of(late, TreeSize(0)).node_since, EntryIndex(3));
  EXPECT_EQ(standing_of(late, TreeSize(0)).cosigner_since, EntryIndex(0));
  EXPECT_EQ(standing_of(late, TreeSize(0)).node_before, node('A'));
}

}  // namespace
}  // namespace koinon::test::rules_test
