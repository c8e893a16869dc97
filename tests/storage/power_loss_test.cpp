// Power lost at every write point: every acknowledged record is there afterwards, and nothing unverified.
#include <cerrno>

#include <gtest/gtest.h>

#include "storage/store/sqlite_store.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/write_points.h"
#include "tools/sim/faulty_vfs.h"

namespace koinon::test::power_loss_test {
namespace {

constexpr int kRecords = 10;

struct Outcome {
  std::uint64_t points = 0;  // write points of the whole run
  std::vector<std::pair<EntryIndex, std::string>> acknowledged;
};

SqliteStoreOptions options_for(const sim::FaultyVfs& vfs, const std::string& durable) {
  SqliteStoreOptions options;
  options.vfs = vfs.name();
  options.exclusive = true;
  options.durable = durable;
  options.epochs = unkeyed_epochs();
  options.checkpoint_pages = 12;  // so that the write-ahead log is folded back during the run
  return options;
}

// Publishes until the power goes, or all is done.
Outcome run(sim::FaultyVfs& vfs, const std::string& durable, std::uint64_t cut_at) {
  Outcome outcome;
  OwnLog log = test_log();
  const std::uint64_t begin = vfs.points();
  vfs.cut_after(cut_at);
  auto store = open_sqlite_store("store.db", options_for(vfs, durable));
  for (int i = 0; store.ok() && i < kRecords; ++i) {
    const std::string title = "note " + std::to_string(i);
    const auto index = publish(**store, log, note(title, std::string(3000, 'x')));
    if (index.ok()) outcome.acknowledged.emplace_back(*index, title);
  }
  outcome.points = vfs.points() - begin;
  return outcome;
}

// How many acknowledged records are missing after the power came back.
std::size_t lost_after(sim::FaultyVfs& vfs, const Outcome& outcome, const std::string& durable,
                       unsigned survivors) {
  vfs.restore(survivors);
  auto store = open_sqlite_store("store.db", options_for(vfs, durable));
  if (!store.ok())
    return std::max<std::size_t>(outcome.acknowledged.size(), durable == "OFF" ? 1 : 0) +
           (durable == "OFF" ? 0 : 1000);
  const LogIdentity identity = test_log().identity();
  std::size_t lost = 0;
  for (const auto& [index, title] : outcome.acknowledged) {
    const auto record = (*store)->record(identity.log_id(), index);
    v1::Body body;
    if (!record.ok() || !body.ParseFromString(record->body) || body.practice().title() != title) ++lost;
  }
  if (durable == "FULL") {
    expect_log_verifies(**store, identity);
    // And the node goes on from there.
    OwnLog log = test_log();
    EXPECT_TRUE(publish(**store, log, note("after the power came back")).ok());
    expect_log_verifies(**store, identity);
  }
  return lost;
}

TEST(PowerLoss, AtEveryWritePointNoAcknowledgedRecordIsLost) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs probe("probe");
  const Outcome whole = run(probe, "FULL", 0);
  ASSERT_EQ(whole.acknowledged.size(), static_cast<std::size_t>(kRecords));
  ASSERT_GT(whole.points, 100U);
  for (std::uint64_t cut = 1; cut <= whole.points; cut += write_point_step()) {
    for (const unsigned survivors : {0U, static_cast<unsigned>(cut)}) {
      sim::FaultyVfs vfs("faulty");
      const Outcome outcome = run(vfs, "FULL", cut);
      ASSERT_TRUE(vfs.is_cut()) << cut;
      ASSERT_EQ(lost_after(vfs, outcome, "FULL", survivors), 0U)
          << "cut at " << cut << ", survivors " << survivors;
    }
  }
}

// The test above can see a loss: without syncing there is one.
TEST(PowerLoss, WithoutSyncingRecordsAreLost) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs probe("probe");
  const std::uint64_t points = run(probe, "OFF", 0).points;
  std::size_t lost = 0;
  for (std::uint64_t cut = 1; cut <= points; cut += write_point_step()) {
    sim::FaultyVfs vfs("faulty");
    const Outcome outcome = run(vfs, "OFF", cut);
    if (!outcome.acknowledged.empty()) lost += lost_after(vfs, outcome, "OFF", 0);
  }
  EXPECT_GT(lost, 0U);
}

// A number may be given again, in the next epoch; whoever was told it in the last one goes on before it.
TEST(PowerLoss, WhatFollowersWereToldOfRowsThatWentIsToldAgain) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs vfs("faulty");
  OwnLog log = test_log();
  Epoch before;
  JournalSeq lost;
  for (int life = 0; life < 5; ++life) {
    auto store = open_sqlite_store("store.db", options_for(vfs, "FULL"));
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(publish(**store, log, note(std::to_string(life) + "." + std::to_string(i))).ok());
    const StoreState state = *(*store)->load_state();
    if (life > 0) {
      const auto place = resumed(state.epochs, before, lost, state.last_journal_seq);
      ASSERT_TRUE(place.has_value());
      EXPECT_LE(*place, lost) << "before it, where it is gone";
      EXPECT_LT(*place, (*store)->log_state(log.id())->journal_seq) << "and what came since is told";
    }
    before = state.epochs.back().epoch;
    // What is not made durable may be lost, but its number was given to peers.
    ASSERT_TRUE((*store)->begin(false).ok());
    const auto batch = log.publish(
        **store, {[&](StoreReader&) -> Result<Draft> { return note("unsynced " + std::to_string(life)); }},
        {1});
    ASSERT_TRUE(batch.ok());
    lost = batch->state.journal_seq;
    ASSERT_TRUE((*store)->commit().ok());
    vfs.cut_after(1);  // else the store would be synced when it is closed
    store->reset();
    vfs.restore(0);
  }
}

TEST(FullDisk, RefusesWritesKeepsReadsAndResumes) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs vfs("full");
  OwnLog log = test_log();
  auto store = open_sqlite_store("store.db", options_for(vfs, "FULL"));
  ASSERT_TRUE(store.ok());
  vfs.set_capacity(700'000);
  std::uint64_t written = 0;
  Error error;
  for (int i = 0; i < 1000; ++i) {
    const auto index = publish(**store, log, note("note " + std::to_string(i), std::string(5000, 'x')));
    if (!index.ok()) {
      error = index.error();
      break;
    }
    ++written;
  }
  EXPECT_EQ(error.code, Code::kDiskFull) << error.text();
  EXPECT_NE(error.message.find("full"), std::string::npos);
  ASSERT_GT(written, 5U);
  EXPECT_EQ((*store)->log_state(log.id())->range.size().value, written);
  expect_log_verifies(**store, log.identity());
  vfs.set_capacity(0);
  EXPECT_TRUE(publish(**store, log, note("room again")).ok());
  expect_log_verifies(**store, log.identity());
}

TEST(FullDisk, DoesNotKeepAStoreFromOpening) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs vfs("full-at-start");
  OwnLog log = test_log();
  auto store = open_sqlite_store("store.db", options_for(vfs, "FULL"));
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE(publish(**store, log, note("one")).ok());
  // A file that was being fetched for peers, which a start forgets.
  const AttachmentId file{sha256("file"), 1, sha256("root")};
  ASSERT_TRUE((*store)->begin(true).ok());
  ASSERT_TRUE((*store)->add_bodies({log.id(), {}, {5}, {}, {{EntryIndex(0), file}}}).ok());
  ASSERT_TRUE(
      (*store)->want_attachment({log.id(), EntryIndex(0), file, AttachmentWish::kForPeer, 0}, {5}).ok());
  ASSERT_TRUE((*store)->commit().ok());
  store->reset();
  vfs.set_capacity(1);
  store = open_sqlite_store("store.db", options_for(vfs, "FULL"));
  ASSERT_TRUE(store.ok()) << store.error().text();
  expect_log_verifies(**store, log.identity());
  EXPECT_FALSE(publish(**store, log, note("two")).ok());
  vfs.set_capacity(0);
  EXPECT_TRUE(publish(**store, log, note("room again")).ok());
}

TEST(ABrokenDisk, IsNotCalledAFullOne) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs vfs("broken");
  OwnLog log = test_log();
  const auto store = open_sqlite_store("store.db", options_for(vfs, "FULL"));
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE(publish(**store, log, note("one")).ok());
  for (const auto& [why, code] : std::vector<std::pair<int, Code>>{
           {EIO, Code::kIo}, {ENOSPC, Code::kDiskFull}, {EDQUOT, Code::kDiskFull}}) {
    vfs.refuse_writes(why);
    const auto refused = publish(**store, log, note("of " + std::to_string(why)));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, code) << refused.error().text();
    vfs.refuse_writes(0);
    EXPECT_TRUE(publish(**store, log, note("after " + std::to_string(why))).ok());
  }
}

}  // namespace
}  // namespace koinon::test::power_loss_test
