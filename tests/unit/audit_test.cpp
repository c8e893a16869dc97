// koinon audit-log without a network: logs in memory that are honest, broken, shrunken, forked and rewritten.
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/base/limits.h"
#include "tests/temporary_folder.h"
#include "tests/unit/tile_log.h"
#include "tools/audit/entry_bundle.h"

namespace koinon::audit::test::audit_test {
namespace {

TEST_F(Audit, AnHonestLogIsFollowedAsItGrows) {
  TileLog log;
  for (const unsigned size : {0U, 1U, 2U, 255U, 256U, 257U, 511U, 512U, 70'000U, 70'001U}) {
    log.grow(size);
    expect_well(log);
  }
}

TEST_F(Audit, AnyTwoSizesOfAnHonestLogFit) {
  EXPECT_TRUE(rc::check([this] {
    const auto small = *rc::gen::inRange<std::uint64_t>(0, 1500);
    const auto more = *rc::gen::inRange<std::uint64_t>(0, 1500);
    TileLog log;
    saved = {};
    log.grow(small);
    RC_ASSERT(!pass(log)->fault);
    log.grow(small + more);
    const auto report = pass(log);
    RC_ASSERT(!report->fault);
    RC_ASSERT(report->checked == more);
    RC_ASSERT(saved.read == log.head().size);
  }));
}

TEST_F(Audit, NothingNewCostsOneRequest) {
  TileLog log;
  log.grow(1000);
  expect_well(log);
  log.asked = 0;
  expect_well(log);
  EXPECT_EQ(log.asked, 1U);
}

TEST_F(Audit, WorkIsLinearInWhatIsNew) {
  TileLog log;
  log.grow(20'000);
  expect_well(log);
  log.asked = 0;
  log.grow(20'001);
  expect_well(log);
  EXPECT_LT(log.asked, 10U);
}

TEST_F(Audit, APassThatIsCutGoesOnWhereItWas) {
  TileLog log;
  log.grow(20'000);
  log.cut_after = 100;
  auto report = pass(log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, Code::kUnavailable);
  const TreeSize read = saved.read;
  EXPECT_GT(read.value, 0U);
  log.cut_after.reset();
  report = pass(log);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->checked, 20'000 - read.value);
  EXPECT_EQ(log.asked_for["tile/entries/000"], 1U) << "what was read is not read again";
}

TEST_F(Audit, ACutLogMayGrowMeanwhile) {
  TileLog log;
  log.grow(10'000);
  log.cut_after = 60;
  EXPECT_FALSE(pass(log).ok());
  log.cut_after.reset();
  log.grow(11'111);
  expect_well(log);
}

TEST_F(Audit, AnEarlierTileMayTakeThePlaceOfAPartialOne) {
  TileLog log;
  log.grow(700);
  const std::string note = log.note();
  log.grow(800);
  log.instead["checkpoint"] = note;  // the head of 700, of a log that has gone on
  log.missing = {"tile/0/002.p/188", "tile/entries/002.p/188"};
  // 768 entries fill the third tile.
  const auto report = pass(log);
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_FALSE(report->fault);
  EXPECT_EQ(saved.read, TreeSize(700));
}

TEST_F(Audit, AMissingFileIsNoAccusation) {
  TileLog log;
  log.grow(700);
  log.missing = {"tile/entries/001"};
  const auto report = pass(log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, Code::kNotFound);
}

TEST_F(Audit, AWebPageInPlaceOfACheckpointIsNoAccusation) {
  TileLog log;
  log.grow(10);
  log.instead["checkpoint"] = "<html>Please log in to this network</html>";
  const auto report = pass(log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, Code::kUnavailable);
}

TEST_F(Audit, AShrunkenLogIsFound) {
  TileLog log;
  log.grow(1000);
  expect_well(log);
  const std::string before = log.note();
  log.entries.resize(900);
  log.sign();
  const Fault fault = fault_of(log);
  EXPECT_EQ(fault.kind, FaultKind::kShrunken);
  EXPECT_EQ(fault.first, before);
  EXPECT_EQ(fault.second, log.note());
  EXPECT_EQ(log.waited, limits::kAuditAsks - 1) << "a cache may have had an old head";
  log.grow(1200);
  expect_well(log);
}

TEST_F(Audit, TwoRootsOfOneSizeAreFound) {
  TileLog log;
  log.grow(1000);
  expect_well(log);
  log.entries[999] = "another";
  const Fault fault = fault_of(log);
  EXPECT_EQ(fault.kind, FaultKind::kForked);
  EXPECT_NE(fault.first, fault.second);
}

TEST_F(Audit, ARewrittenEntryIsFoundWhereverItStands) {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> places = {
      {1000, 0}, {1000, 255}, {1000, 256}, {1000, 999}, {70'100, 300}};
  for (const auto& [size, at] : places) {
    TileLog log;
    saved = {};
    log.grow(size);
    expect_well(log);
    log.entries[at] = "rewritten";
    log.grow(size + 200);
    const AuditState before = saved;
    EXPECT_EQ(fault_of(log).kind, FaultKind::kRewritten) << at;
    EXPECT_EQ(saved, before) << "what was believed stays";
  }
}

TEST_F(Audit, ALongerForkThatSharesNoLastTileIsFound) {
  TileLog log;
  log.grow(300);
  expect_well(log);
  log.entries.resize(200);
  log.grow(5000, "other ");
  EXPECT_EQ(fault_of(log).kind, FaultKind::kRewritten);
}

TEST_F(Audit, TilesThatDoNotLeadToTheRootAreFound) {
  for (const char* path : {"tile/0/000", "tile/1/000.p/3", "tile/0/003.p/32"}) {
    TileLog log;
    saved = {};
    log.grow(800);
    Bytes tile = *log.get(path, limits::kMiB);
    tile[40] = static_cast<char>(tile[40] ^ 1);
    log.instead[path] = tile;
    const Fault fault = fault_of(log);
    EXPECT_TRUE(fault.kind == FaultKind::kTiles || fault.kind == FaultKind::kEntries) << path;
  }
}

TEST_F(Audit, PartialTilesOfAWrongLengthAreFound) {
  TileLog log;
  log.grow(300);
  const Bytes tile = *log.get("tile/0/001.p/44", limits::kMiB);
  for (const Bytes& wrong : {Bytes(), tile.substr(0, 32), tile.substr(1), tile + "x", Bytes(8192, 'x')}) {
    saved = {};
    log.instead["tile/0/001.p/44"] = wrong;
    EXPECT_EQ(fault_of(log).kind, FaultKind::kTiles) << wrong.size();
  }
}

TEST_F(Audit, AnEntryThatWasNotSignedIsFound) {
  TileLog log;
  log.grow(600);
  Bytes bundle = *log.get("tile/entries/001", limits::kMiB);
  bundle[5] = static_cast<char>(bundle[5] ^ 1);
  log.instead["tile/entries/001"] = bundle;
  const Fault fault = fault_of(log);
  EXPECT_EQ(fault.kind, FaultKind::kEntries);
  EXPECT_NE(fault.sentence.find("entry 256"), std::string::npos) << fault.sentence;
  EXPECT_EQ(saved.read, TreeSize(256)) << "what was right before it counts";
}

TEST_F(Audit, BundlesHaveOneForm) {
  TileLog log;
  log.grow(3);
  const Bytes bundle = *log.get("tile/entries/000.p/3", limits::kMiB);
  const Bytes path = "tile/entries/000.p/3";
  for (const Bytes& wrong :
       {Bytes(), bundle + Bytes(2, '\0'), bundle + "x", bundle.substr(0, bundle.size() - 1), bundle.substr(2),
        Bytes(bundle_bytes(3) + 1, 'x')}) {
    saved = {};
    log.instead[path] = wrong;
    EXPECT_EQ(fault_of(log).kind, FaultKind::kEntries) << wrong.size();
  }
}

TEST_F(Audit, OneWrongAnswerOfALineIsAskedAgain) {
  class Flaky : public TileLog {
   public:
    Result<Bytes> get(const std::string& path, std::size_t most) override {
      auto got = TileLog::get(path, most);
      if (got.ok() && path != "checkpoint" && ++count_ % 3 == 1) return got->substr(0, got->size() / 2);
      return got;
    }

   private:
    unsigned count_ = 0;
  };
  Flaky log;
  log.grow(600);
  expect_well(log);
}

TEST_F(Audit, HeadsMayLackCosignaturesForAWhile) {
  TileLog log;
  log.grow(10);
  bool is_cosigned = false;
  cosignatures = [&is_cosigned](const SignedNote&) {
    return is_cosigned ? Status() : Status(fail(Code::kBadSignature, "2 of 4 have cosigned"));
  };
  quorum_wait = 3600;
  auto report = pass(log, 1000);
  ASSERT_TRUE(report.ok() && !report->fault);
  EXPECT_EQ(report->lacking, "2 of 4 have cosigned");
  EXPECT_FALSE(report->quorum_seen);
  report = pass(log, 4600);
  ASSERT_TRUE(report.ok() && report->fault);
  EXPECT_EQ(report->fault->kind, FaultKind::kCosignatures);
  is_cosigned = true;
  report = pass(log, 5000);
  ASSERT_TRUE(report.ok() && !report->fault);
  EXPECT_TRUE(report->lacking.empty());
  is_cosigned = false;
  report = pass(log, 8599);
  ASSERT_TRUE(report.ok() && !report->fault);
  EXPECT_TRUE(report->quorum_seen);
  EXPECT_FALSE(pass(log, 12'198)->fault) << "an hour since it was seen to lack them, not since it had them";
  EXPECT_TRUE(pass(log, 12'199)->fault);
}

TEST_F(Audit, WhatAStateSaysIsReadBackAndNothingElse) {
  TileLog log;
  log.grow(300);
  expect_well(log);
  saved.keys = "keys";
  saved.quorum_seen = 17;
  saved.quorum_missing = 0;
  const auto again = parse_audit_state(saved.text());
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(*again, saved);
  EXPECT_EQ(*parse_audit_state(AuditState().text()), AuditState());
  const std::string text = saved.text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto cut = parse_audit_state(std::string_view(text).substr(0, i));
    if (cut.ok()) EXPECT_EQ(cut->text(), text.substr(0, i));
  }
  EXPECT_FALSE(parse_audit_state(text + "x").ok());
  EXPECT_FALSE(parse_audit_state("").ok());
}

TEST_F(Audit, AStateFileIsOneRuns) {
  const koinon::test::TemporaryFolder folder;
  const auto path = folder.path() / "below" / "audit.state";
  {
    const auto file = StateFile::take(path);
    ASSERT_TRUE(file.ok()) << file.error().text();
    EXPECT_EQ(*file->load(), AuditState());
    EXPECT_EQ(StateFile::take(path).error().code, Code::kUnavailable);
    AuditState state;
    state.quorum_seen = 3;
    ASSERT_TRUE(file->save(state).ok());
    EXPECT_EQ(*file->load(), state);
  }
  EXPECT_TRUE(StateFile::take(path).ok());
}

}  // namespace
}  // namespace koinon::audit::test::audit_test
