// What is erased here is erased from what the office remarked on it.
#include "node/delivery/erasures.h"

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "storage/office/desk.h"
#include "tests/files_contain.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::erasures_test {
namespace {

class ErasuresTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    desk = std::make_unique<Desk>(*office);
    outbox = std::make_unique<Outbox>(*office);
  }
  EntryIndex say(const std::string& title) {
    const auto said = publish(*store, la, note(title));
    EXPECT_TRUE(said.ok());
    return said.ok() ? *said : EntryIndex(0);
  }
  void erase(EntryIndex gone) { ASSERT_TRUE(publish(*store, la, erasure_of(la.id(), gone.value)).ok()); }
  void remark(EntryIndex on) {
    ASSERT_TRUE(desk->change_case(la.id(), on,
                                  [](InboxCase& item) -> Status {
                                    item.remark = "as they say";
                                    return {};
                                  })
                    .ok());
  }
  std::string remark_on(EntryIndex index) { return desk->inbox_case(la.id(), index)->remark; }

  TemporaryFolder folder;
  OwnLog la = test_log("la.example");
  std::unique_ptr<Store> store;
  std::unique_ptr<OfficeDb> office;
  std::unique_ptr<Desk> desk;
  std::unique_ptr<Outbox> outbox;
};

TEST_F(ErasuresTest, RemarksGoWithWhatIsErasedAndOthersStay) {
  const EntryIndex stays = say("Stays");
  const EntryIndex gone = say("Gone");
  remark(stays);
  remark(gone);
  Erasures erasures(*store, *outbox, *office);
  ASSERT_EQ(*erasures.turn(), false);
  EXPECT_EQ(remark_on(gone), "as they say") << "nothing is erased yet";
  erase(gone);
  ASSERT_EQ(*erasures.turn(), false);
  EXPECT_EQ(remark_on(gone), "");
  EXPECT_EQ(remark_on(stays), "as they say");
  EXPECT_TRUE(erasures.folded());
}

TEST_F(ErasuresTest, AllThatIsKeptOfVoidRecordsGoesAndWhatComesInTheirPlacesStartsAnew) {
  const auto done = [&](EntryIndex on, std::int64_t at) {
    ASSERT_TRUE(desk->change_case(la.id(), on,
                                  [&](InboxCase& item) -> Status {
                                    item.state = CaseState::kDone;
                                    item.remark = "as they say";
                                    item.updated_at = {at};
                                    return {};
                                  })
                    .ok());
    ASSERT_TRUE(desk->watch({1}, {la.id(), on, "look", {at}}).ok());
  };
  const auto is_kept = [&](EntryIndex of) {
    const bool watched = *desk->is_watched({1}, la.id(), of);
    EXPECT_EQ(desk->inbox_case(la.id(), of)->state == CaseState::kDone, watched);
    EXPECT_EQ(remark_on(of) == "as they say", watched);
    return watched;
  };
  const EntryIndex stays = say("Stays");
  const EntryIndex first = say("Gone");
  const EntryIndex gone = say("Gone too");
  done(stays, 50);
  done(gone, 50);
  ASSERT_TRUE(take_back(*store, la, first.value, {100}).ok());
  Erasures erasures(*store, *outbox, *office);
  ASSERT_EQ(*erasures.turn(), false);
  EXPECT_TRUE(is_kept(stays));
  EXPECT_FALSE(is_kept(gone));
  EXPECT_TRUE(erasures.folded());
  ASSERT_EQ(say("In its place"), gone);
  done(gone, 150);
  // The cursor is lost, as where the store was put back.
  ASSERT_TRUE(office->connection().execute("DELETE FROM setting WHERE key = 'erased_cursor'").ok());
  ASSERT_EQ(*Erasures(*store, *outbox, *office).turn(), false);
  EXPECT_TRUE(is_kept(gone)) << "what came later is not what was void";
}

// A process that was killed has not folded it.
TEST_F(ErasuresTest, TheFirstTurnCleansTheWriteAheadLogOfTheLifeBefore) {
  const EntryIndex on = say("Here");
  remark(on);
  ASSERT_TRUE(desk->change_case(la.id(), on,
                                [](InboxCase& item) -> Status {
                                  item.remark = "";
                                  return {};
                                })
                  .ok());
  const std::string words = "as they say";
  ASSERT_TRUE(files_contain(folder.path(), words));
  ASSERT_EQ(*Erasures(*store, *outbox, *office).turn(), false);
  EXPECT_FALSE(files_contain(folder.path(), words));
}

// What was erased while the node was away is carried out once it is back.
TEST_F(ErasuresTest, AnotherLifeGoesOnFromTheCursor) {
  const EntryIndex gone = say("Gone");
  remark(gone);
  erase(gone);
  ASSERT_EQ(*Erasures(*store, *outbox, *office).turn(), false);
  EXPECT_EQ(remark_on(gone), "");
  ASSERT_TRUE(outbox->erased_cursor()->has_value());
  remark(gone);  // nobody does so; it shows that this arrival is not looked at again
  ASSERT_EQ(*Erasures(*store, *outbox, *office).turn(), false);
  EXPECT_EQ(remark_on(gone), "as they say");
}

}  // namespace
}  // namespace koinon::test::erasures_test
