// Worksheets of an office: one for each practice, changed by colleagues one after the other, forgotten with
// the practice.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/office/outbox.h"
#include "storage/office/worksheets.h"
#include "tests/files_contain.h"
#include "tests/storage/office_fixture.h"

namespace koinon::test::office_worksheets_test {
namespace {

const LogId kLog = LogId::from(Bytes(LogId::kSize, 'l'));
const Hash kLeaf = Hash::from(Bytes(Hash::kSize, '1'));

StoredWorksheet sheet(std::uint64_t index, const std::string& office, const std::string& answers,
                      std::int64_t at = 10, UserId user = {1}) {
  StoredWorksheet out;
  out.log = kLog;
  out.index = EntryIndex(index);
  out.leaf = kLeaf;
  out.office = office;
  out.answers = answers;
  out.updated_at = {at};
  out.user = user;
  return out;
}

TEST_F(Office, AWorksheetIsOfOneOfficeAndSurvivesARestart) {
  Worksheets worksheets(*db);
  ASSERT_TRUE(worksheets.put(sheet(3, "Parks", "ours"), 0).ok());
  ASSERT_TRUE(worksheets.put(sheet(3, "Roads", "theirs", 20), 0).ok());
  reopen();
  Worksheets again(*db);
  const auto ours = *again.find(kLog, EntryIndex(3), kLeaf, "Parks");
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->answers, "ours");
  EXPECT_EQ(ours->version, 1);
  EXPECT_FALSE(*again.find(kLog, EntryIndex(3), kLeaf, "Health"));
  EXPECT_EQ((*again.find(kLog, EntryIndex(3), kLeaf, std::nullopt))->answers, "theirs") << "changed last";
}

TEST_F(Office, NobodyOverwritesAWorksheetThatHasChangedSince) {
  Worksheets worksheets(*db);
  ASSERT_TRUE(worksheets.put(sheet(3, "Parks", "first"), 0).ok());
  EXPECT_EQ(worksheets.put(sheet(3, "Parks", "blind"), 0).error().code, Code::kConflict);
  const auto second = worksheets.put(sheet(3, "Parks", "second", 20, {2}), 1);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->version, 2);
  EXPECT_EQ(worksheets.put(sheet(3, "Parks", "late"), 1).error().code, Code::kConflict);
  EXPECT_EQ((*worksheets.find(kLog, EntryIndex(3), kLeaf, "Parks"))->answers, "second");
  ASSERT_TRUE(worksheets.put(sheet(3, "Parks", "whatever stands there"), std::nullopt).ok());
  EXPECT_EQ(worksheets.remove(second->id, 2).error().code, Code::kConflict);
  ASSERT_TRUE(worksheets.remove(second->id, 3).ok());
  EXPECT_EQ(worksheets.put(sheet(3, "Parks", "it is gone"), 3).error().code, Code::kConflict);
}

TEST_F(Office, AListOfWorksheetsHasTheNewestChangeFirstAPageAtATime) {
  Worksheets worksheets(*db);
  for (std::uint64_t i = 0; i < 5; ++i)
    ASSERT_TRUE(
        worksheets.put(sheet(i, i == 4 ? "Roads" : "Parks", "{}", static_cast<std::int64_t>(i)), 0).ok());
  const auto first = *worksheets.list("Parks", 3);
  ASSERT_EQ(first.items.size(), 3U);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.items.front().index, EntryIndex(3));
  const auto& last = first.items.back();
  const auto rest = *worksheets.list("Parks", 3, WorksheetPlace{last.updated_at, last.id});
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(worksheets.list(std::nullopt, 10)->items.size(), 5U);
}

TEST_F(Office, AnAccountHasABoundedNumberOfWorksheetsAndLosesNone) {
  Worksheets worksheets(*db);
  for (std::uint64_t i = 0; i < 2; ++i) ASSERT_TRUE(worksheets.put(sheet(i, "Parks", "{}"), 0).ok());
  const std::string others =
      "INSERT INTO worksheet (log_id, entry_index, leaf, office, answers, version, updated_at_ms, user) "
      "WITH RECURSIVE next (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM next WHERE i < " +
      std::to_string(limits::kWorksheets - 1) +
      ") SELECT log_id, i, leaf, office, answers, version, updated_at_ms, user FROM next, worksheet WHERE "
      "entry_index = 0";
  ASSERT_TRUE(db->connection().execute(others).ok());
  const auto many = worksheets.put(sheet(limits::kWorksheets, "Parks", "{}"), 0);
  EXPECT_EQ(many.error().code, Code::kTooLarge);
  EXPECT_EQ(many.error().id, "worksheet.too_many");
  EXPECT_TRUE(worksheets.put(sheet(0, "Parks", "written on"), 1).ok());
  ASSERT_TRUE(worksheets.put(sheet(limits::kWorksheets, "Parks", "a colleague's", 10, {2}), 0).ok());
  EXPECT_EQ(worksheets.put(sheet(limits::kWorksheets, "Parks", "taken on"), 1).error().code, Code::kTooLarge);
  EXPECT_EQ(*worksheets.count({1}), limits::kWorksheets);
}

TEST_F(Office, AWorksheetGoesWithWhatIsErasedAndLeavesNoText) {
  Worksheets worksheets(*db);
  ASSERT_TRUE(worksheets.put(sheet(3, "Parks", "quarantining, they say"), 0).ok());
  ASSERT_TRUE(worksheets.put(sheet(4, "Parks", "{}"), 0).ok());
  ASSERT_TRUE(files_contain(folder.path(), "quarantining"));
  ASSERT_TRUE(Outbox(*db).forget_remarks({{kLog, EntryIndex(3)}}, ArrivalSeq(9)).ok());
  EXPECT_FALSE(*worksheets.find(kLog, EntryIndex(3), kLeaf, "Parks"));
  EXPECT_TRUE(*worksheets.find(kLog, EntryIndex(4), kLeaf, "Parks"));
  ASSERT_TRUE(*db->connection().fold());
  EXPECT_FALSE(files_contain(folder.path(), "quarantining"));
}

TEST_F(Office, AWorksheetOfAVoidEntryIsNotTakenForOneOfWhatTakesItsPlace) {
  Worksheets worksheets(*db);
  ASSERT_TRUE(worksheets.put(sheet(3, "Parks", "of what is void", 10), 0).ok());
  ASSERT_TRUE(worksheets.put(sheet(4, "Parks", "of what came later", 30), 0).ok());
  Arrival gone;
  gone.log = kLog;
  gone.from = EntryIndex(3);
  gone.count = 2;
  gone.at = {20};
  ASSERT_TRUE(Outbox(*db).forget_void({gone}).ok());
  EXPECT_FALSE(*worksheets.find(kLog, EntryIndex(3), kLeaf, "Parks"));
  EXPECT_TRUE(*worksheets.find(kLog, EntryIndex(4), kLeaf, "Parks"));
  // Also before anybody has forgotten it.
  const Hash other = Hash::from(Bytes(Hash::kSize, '2'));
  EXPECT_FALSE(*worksheets.find(kLog, EntryIndex(4), other, "Parks"));
  StoredWorksheet anew = sheet(4, "Parks", "of the other", 40);
  anew.leaf = other;
  const auto kept = worksheets.put(anew, 0);
  ASSERT_TRUE(kept.ok()) << kept.error().text();
  EXPECT_EQ(kept->version, 1);
  EXPECT_FALSE(*worksheets.find(kLog, EntryIndex(4), kLeaf, "Parks"));
}

}  // namespace
}  // namespace koinon::test::office_worksheets_test
