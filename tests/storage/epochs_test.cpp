// Epochs in a store: each start begins one, rows and arrivals count on over all of them, and a number of them
// is known. The index and the office's places follow the store from one to the next.
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/arrival_places.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/epoch_start.h"
#include "storage/store/schema.h"
#include "tests/storage/all_stores.h"
#include "tests/storage/author.h"

namespace koinon::test::epochs_test {
namespace {

const EpochMaker kEpochs = unkeyed_epochs();

class StoreEpochs : public AllStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open({}, "store.db");
  }
  void begin_next() { ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok()); }
  Status try_change(const std::function<Status()>& act) {
    KOINON_TRY(store->begin(true));
    const Status done = act();
    if (done.ok()) return store->commit();
    store->rollback();
    return done;
  }
  JournalSeq row() { return store->log_state(log.id())->journal_seq; }

  OwnLog log = test_log();
};

TEST_P(StoreEpochs, EachEndsWhereTheNextBegins) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  ASSERT_TRUE(publish(*store, log, note("two")).ok());
  const Epoch first = **store->epoch();
  begin_next();
  ASSERT_TRUE(publish(*store, log, note("three")).ok());
  const auto epochs = *store->epochs();
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0], (EpochRange{first, JournalSeq(2), ArrivalSeq(2)}));
  EXPECT_EQ(epochs[1].epoch, **store->epoch());
  EXPECT_GT(counter_of(epochs[1].epoch), counter_of(first));
  EXPECT_EQ(row(), JournalSeq(3)) << "numbers go on";
  EXPECT_EQ(*store->newest_arrival(), ArrivalSeq(3));
  const StoreState state = *store->load_state();
  EXPECT_EQ(state.epochs, epochs);
  EXPECT_TRUE(state.epoch_begun);
  EXPECT_EQ(state.last_journal_seq, JournalSeq(3));
}

// Its number was told to followers: another log must not get it in the same epoch.
TEST_P(StoreEpochs, TheNumberOfARowThatWentIsNotGivenAgain) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  OwnLog other = test_log("milan.example");
  ASSERT_TRUE(publish(*store, other, note("another")).ok());
  change([&] { ASSERT_TRUE(store->remove_log(other.id(), {1}).ok()); });
  EXPECT_EQ(store->load_state()->last_journal_seq, JournalSeq(2));
  ASSERT_TRUE(publish(*store, log, note("two")).ok());
  EXPECT_EQ(row(), JournalSeq(3));
}

TEST_P(StoreEpochs, OneMustCountAboveAllThatAreKnownAndHandled) {
  const auto begin = [&](std::uint32_t counter) {
    return try_change([&] { return store->begin_epoch(kEpochs(counter)); });
  };
  ASSERT_TRUE(begin(5).ok());
  EXPECT_EQ(begin(5).error().code, Code::kInternal);
  EXPECT_EQ(begin(4).error().code, Code::kInternal);
  ASSERT_TRUE(try_change([&] { return store->set_epoch_handled(9); }).ok());
  ASSERT_TRUE(try_change([&] { return store->set_epoch_handled(7); }).ok());
  EXPECT_EQ(*store->epoch_handled(), 9U) << "it only rises";
  EXPECT_EQ(store->load_state()->epoch_handled, 9U);
  EXPECT_FALSE(begin(9).ok());
  begin_next();
  EXPECT_EQ(counter_of(**store->epoch()), 10U);
  ASSERT_TRUE(try_change([&] { return add_next_epoch(*store, kEpochs, 40); }).ok());
  EXPECT_EQ(counter_of(**store->epoch()), 41U);
  EXPECT_EQ(*store->epoch_handled(), 40U);
}

TEST_P(StoreEpochs, OfThoseThatHaveEndedTheNewestAreKnown) {
  for (std::size_t i = 0; i < limits::kEpochs + 4; ++i) begin_next();
  const auto epochs = *store->epochs();
  ASSERT_EQ(epochs.size(), limits::kEpochs);
  EXPECT_EQ(counter_of(epochs.front().epoch), 6U) << "one began when the store was opened";
  EXPECT_EQ(counter_of(epochs.back().epoch), limits::kEpochs + 5);
  EXPECT_FALSE(resumed(epochs, kEpochs(5), JournalSeq(0), JournalSeq(0)));
}

TEST_P(StoreEpochs, OneThatIsTakenBackWasNeverBegun) {
  const auto before = *store->epochs();
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->begin_epoch(kEpochs(9)).ok());
  store->rollback();
  EXPECT_EQ(*store->epochs(), before);
  EXPECT_TRUE(publish(*store, log, note("one")).ok()) << "the one before goes on";
  EXPECT_EQ(*store->epochs(), before);
  begin_next();
  EXPECT_TRUE(publish(*store, log, note("two")).ok());
}

INSTANTIATE_TEST_SUITE_P(Both, StoreEpochs, all_stores(), store_name);

TEST(StoreWithoutAnEpoch, MakesNoRowsAndIsReadAllTheSame) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  OwnLog log = test_log();
  {
    ASSERT_TRUE(
        publish(**open_sqlite_store(folder.path() / "store.db", with_epochs(kEpochs)), log, note("one"))
            .ok());
  }
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db"));
  EXPECT_EQ(store->epochs()->size(), 1U) << "a tool that opens the store begins none";
  EXPECT_FALSE(store->load_state()->epoch_begun);
  EXPECT_EQ(publish(*store, log, note("two")).error().code, Code::kUnavailable);
  EXPECT_EQ(store->log_state(log.id())->range.size(), TreeSize(1));
  ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok());
  EXPECT_TRUE(publish(*store, log, note("two")).ok());
}

TEST(EpochMigration, AJournalOfBeforeIsForgottenAndItsNumbersGoOn) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  {
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(migrate_store(*db, 8).ok());
    ASSERT_TRUE(
        db->execute("INSERT INTO journal (seq, log) VALUES (7, 1), (900, 2);"
                    "INSERT INTO meta VALUES ('journal_id', x'00112233445566778899aabbccddeeff'), "
                    "('journal_reserved', '2049');"
                    "INSERT INTO peer (node_key, log_id, vkey, name, address, vouch, added_at_ms, "
                    "journal, cursor) VALUES (zeroblob(32), zeroblob(32), '', 'la.example', '', 1, 5, "
                    "zeroblob(16), 44)")
            .ok());
  }
  const auto store = std::move(*open_sqlite_store(path, with_epochs(kEpochs)));
  const StoreState state = *store->load_state();
  EXPECT_EQ(state.last_journal_seq, JournalSeq(900));
  EXPECT_EQ(state.epochs.size(), 1U);
  ASSERT_EQ(state.peers.size(), 1U);
  EXPECT_FALSE(state.peers[0].epoch) << "it is read from the beginning once";
  EXPECT_EQ(state.peers[0].cursor, JournalSeq(0));
  OwnLog log = test_log();
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  EXPECT_EQ(store->log_state(log.id())->journal_seq, JournalSeq(901));
  auto db = sqlite::Connection::open(path, {true, false, ""});
  auto left = db->prepare("SELECT count(*) FROM meta WHERE key IN ('journal_id', 'journal_reserved')");
  ASSERT_TRUE(*left.step());
  EXPECT_EQ(left.integer(0), 0);
}

// --- the index, and the places of the office ---

class PlacesTest : public testing::Test {
 protected:
  PlacesTest() {
    EXPECT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(kEpochs)));
    for (const char* title : {"one", "two", "three"}) EXPECT_TRUE(publish(*store, log, note(title)).ok());
  }
  std::unique_ptr<IndexWriter> open_index(const std::vector<EpochRange>& epochs) {
    return std::move(*open_index_writer(folder.path() / "index.db", epochs));
  }
  void catch_up(IndexWriter& writer) {
    while (*writer.catch_up(*store) > 0) {
    }
  }
  std::uint64_t position() { return (*open_index_reader(folder.path() / "index.db"))->position()->value; }

  TemporaryFolder folder;
  OwnLog log = test_log();
  std::unique_ptr<Store> store;
};

TEST_F(PlacesTest, AnIndexIsKeptOverAStartAndMadeAnewWhereTheStoreLostWhatItShows) {
  catch_up(*open_index(*store->epochs()));
  ASSERT_EQ(position(), 3U);
  ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok());
  open_index(*store->epochs()).reset();
  EXPECT_EQ(position(), 3U) << "all of it is there still";
  // The store as it was put back: it ended its epoch at two arrivals, or knows another epoch.
  const Epoch kept = **store->epoch();
  const Epoch next = kEpochs(99);
  open_index({{kept, JournalSeq(3), ArrivalSeq(3)}, {next, {}, {}}}).reset();
  EXPECT_EQ(position(), 3U);
  open_index({{next, JournalSeq(2), ArrivalSeq(2)}, {kEpochs(100), {}, {}}}).reset();
  EXPECT_EQ(position(), 0U) << "it shows an arrival that the store lost";
  catch_up(*open_index(*store->epochs()));
  open_index({{kEpochs(7), JournalSeq(9), ArrivalSeq(9)}, {kEpochs(8), {}, {}}}).reset();
  EXPECT_EQ(position(), 0U) << "of an epoch that the store does not know";
}

TEST_F(PlacesTest, AnIndexFollowsAnEpochThatBeginsWhileItRuns) {
  const auto writer = open_index(*store->epochs());
  catch_up(*writer);
  ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok());
  ASSERT_TRUE(publish(*store, log, note("four")).ok());
  catch_up(*writer);
  EXPECT_EQ(position(), 4U);
  ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok());
  open_index(*store->epochs()).reset();
  EXPECT_EQ(position(), 4U) << "its place counts in the epoch that began meanwhile";
}

class OfficePlaces : public PlacesTest {
 protected:
  OfficePlaces() : office(std::move(*OfficeDb::open(folder.path() / "office.db"))) {
    Webhook hook;
    hook.url = "https://receiver.example/";
    hook.secret = std::string(32, 's');
    hook.cursor = ArrivalSeq(3);
    EXPECT_TRUE(outbox.add_webhook(hook).ok());
    EXPECT_TRUE(outbox.forget_remarks({}, ArrivalSeq(3)).ok());
    EXPECT_TRUE(places.follow(*store->epochs(), ArrivalSeq(3), {5}).ok());
  }
  Webhook hook() { return outbox.webhooks()->at(0); }

  OfficeDb office;
  Outbox outbox{office};
  ArrivalPlaces places{office};
};

TEST_F(OfficePlaces, StayOverAStart) {
  ASSERT_TRUE(begin_next_epoch(*store, kEpochs).ok());
  ASSERT_TRUE(publish(*store, log, note("four")).ok());
  ASSERT_TRUE(places.follow(*store->epochs(), ArrivalSeq(4), {6}).ok());
  EXPECT_EQ(hook().cursor, ArrivalSeq(3));
  EXPECT_EQ(hook().began_anew.value, 0);
  EXPECT_EQ(*places.epoch(), *store->epoch());
}

TEST_F(OfficePlaces, GoBackToTheEndOfAnEpochWhoseLastArrivalsACrashTook) {
  const Epoch ours = **store->epoch();
  ASSERT_TRUE(
      places.follow({{ours, JournalSeq(2), ArrivalSeq(2)}, {kEpochs(9), {}, {}}}, ArrivalSeq(6), {6}).ok());
  EXPECT_EQ(hook().cursor, ArrivalSeq(2));
  EXPECT_EQ(*outbox.erased_cursor(), ArrivalSeq(2));
  EXPECT_EQ(hook().began_anew.value, 0);
}

TEST_F(OfficePlaces, BeginAnewAndSaySoWhereTheStoreDoesNotKnowTheirEpoch) {
  ASSERT_TRUE(places.follow({{kEpochs(9), {}, {}}}, ArrivalSeq(6), {77}).ok());
  EXPECT_EQ(hook().cursor, ArrivalSeq(6)) << "what came until now is not sent again";
  EXPECT_EQ(hook().began_anew, UnixMillis{77});
  EXPECT_FALSE(outbox.erased_cursor()->has_value()) << "erasures are looked at from the first";
  ASSERT_TRUE(places.follow({{kEpochs(9), {}, {}}}, ArrivalSeq(8), {99}).ok());
  EXPECT_EQ(hook().cursor, ArrivalSeq(6)) << "once";
  EXPECT_EQ(hook().began_anew, UnixMillis{77});
}

}  // namespace
}  // namespace koinon::test::epochs_test
