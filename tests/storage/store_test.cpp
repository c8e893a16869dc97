// The store: runs, arrivals, cursors, migration from the first schema, the rules of our own log.
#include <functional>
#include <tuple>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/store/schema.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::store_test {
namespace {

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto opened = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store = std::move(*opened);
  }
  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  OwnLog log = test_log();
};

TEST_F(StoreTest, WhatIsPublishedIsReadBackByAnotherConnection) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  const auto reader = open_sqlite_reader(folder.path() / "store.db");
  ASSERT_TRUE(reader.ok());
  const auto record = (*reader)->record(log.id(), EntryIndex(0));
  ASSERT_TRUE(record.ok());
  expect_log_verifies(**reader, log.identity());
  ASSERT_TRUE(publish(*store, log, note("two")).ok());
  EXPECT_TRUE((*reader)->record(log.id(), EntryIndex(1)).ok());
}

TEST_F(StoreTest, ARunThatDoesNotContinueTheLogIsRefused) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  RunCommit run;
  run.identity = log.identity();
  run.log = log.id();
  run.records.push_back({EntryIndex(5), "entry", {}, BodyState::kHeld, {}});
  run.leaves.push_back(leaf_hash("entry"));
  ASSERT_TRUE(store->begin(true).ok());
  EXPECT_EQ(store->append_run(run).error().code, Code::kConflict);
  ASSERT_TRUE(store->commit().ok());
  EXPECT_EQ(store->log_state(log.id())->range.size(), TreeSize(1));
}

TEST_F(StoreTest, AmongLogsOfOneNameEachIsFoundByTheBeginningOfItsId) {
  constexpr std::string_view kBeginnings("\x00\x01\x7f\xfe\xff", 5);
  ASSERT_TRUE(store->begin(true).ok());
  for (const char first : kBeginnings) {
    RunCommit run;
    run.identity = log.identity();
    run.log = LogId::from(Bytes(LogId::kSize, first));
    run.records.push_back({EntryIndex(0), "entry", {}, BodyState::kHeld, {}});
    run.leaves.push_back(leaf_hash("entry"));
    run.after.append(run.leaves.back());
    const Checkpoint checkpoint{log.identity().origin(), run.after.size(), run.after.root()};
    run.head = {checkpoint.size, checkpoint.root,
                sign_checkpoint(checkpoint, SigningKey::from_seed(sha256("seoul.example").view()))};
    ASSERT_TRUE(store->append_run(run).ok());
  }
  ASSERT_TRUE(store->commit().ok());
  EXPECT_EQ(store->logs_named("seoul.example", {}, 100)->size(), 5U);
  EXPECT_EQ(store->logs_named("seoul.example", {}, 2)->size(), 2U);
  for (const char first : kBeginnings) {
    const auto found = store->logs_named("seoul.example", Bytes(10, first), 100);
    ASSERT_TRUE(found.ok()) << found.error().text();
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().id.view(), Bytes(LogId::kSize, first));
  }
  EXPECT_EQ(store->logs_named("seoul.example", Bytes(10, 'a'), 100)->size(), 0U);
  EXPECT_EQ(store->logs_named("la.example", {}, 100)->size(), 0U);
}

TEST_F(StoreTest, TheSameContentIsRefusedNamingTheRefUnlessAskedForAgain) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  ASSERT_TRUE(publish(*store, log, note("two")).ok());
  const auto again = publish(*store, log, note("one"));
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("seoul.example/0"), std::string::npos) << again.error().message;
  Draft wanted = note("one");
  wanted.again = true;
  EXPECT_TRUE(publish(*store, log, wanted).ok());
}

TEST_F(StoreTest, AnEntryOver4KiBABodyOver1MiBAndAnUnknownRefAreRefused) {
  Draft long_entry = note("one");
  for (int i = 0; i < 16; ++i) {
    auto* ref = long_entry.entry.add_refs();
    ref->set_log_id(log.id().bytes());
    ref->set_index(0);
  }
  ASSERT_TRUE(publish(*store, log, note("zero")).ok());
  for (int i = 0; i < 8; ++i) long_entry.entry.add_to(Bytes(32, 't'));
  // Unknown fields count as well: a later version's entry may be long.
  long_entry.entry.GetReflection()
      ->MutableUnknownFields(&long_entry.entry)
      ->AddLengthDelimited(1000, Bytes(4000, 'u'));
  const auto large = publish(*store, log, long_entry);
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().field, "entry");
  EXPECT_EQ(publish(*store, log, note("big", std::string(limits::kBodyBytes, 'x'))).error().field, "body");
  Draft dangling = note("ref");
  auto* ref = dangling.entry.add_refs();
  ref->set_log_id(Bytes(32, 'n'));
  EXPECT_EQ(publish(*store, log, dangling).error().code, Code::kNotFound);
  EXPECT_EQ(store->log_state(log.id())->range.size(), TreeSize(1)) << "nothing was changed";
}

TEST_F(StoreTest, ADraftThatBreaksARuleFailsAloneInItsBatch) {
  ASSERT_TRUE(store->begin(true).ok());
  const auto batch = log.publish(
      *store,
      {[](StoreReader&) -> Result<Draft> { return note("good"); },
       [](StoreReader&) -> Result<Draft> { return note("big", std::string(limits::kBodyBytes, 'x')); },
       [](StoreReader&) -> Result<Draft> { return note("good"); },
       [](StoreReader&) -> Result<Draft> { return note("also good"); }},
      {1});
  ASSERT_TRUE(batch.ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_TRUE(batch->results[0].ok());
  EXPECT_FALSE(batch->results[1].ok());
  EXPECT_FALSE(batch->results[2].ok()) << "the same as the first of this very batch";
  EXPECT_TRUE(batch->results[3].ok());
  EXPECT_EQ(store->log_state(log.id())->range.size(), TreeSize(2));
  expect_log_verifies(*store, log.identity());
}

TEST_F(StoreTest, ArrivalsCountEveryRecordOnceAcrossRows) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(publish(*store, log, note(std::to_string(i))).ok());
  for (std::uint64_t after = 0; after <= 5; ++after) {
    const auto arrivals = store->arrivals(ArrivalSeq(after), 100);
    ASSERT_TRUE(arrivals.ok());
    std::uint64_t count = 0;
    for (const auto& arrival : *arrivals) count += arrival.count;
    EXPECT_EQ(count, 5 - after);
  }
}

TEST_F(StoreTest, ACursorOnlyMovesOnWithinOneEpoch) {
  PeerRecord peer;
  peer.node_key = NodeKey::from(Bytes(32, 'p'));
  peer.log = LogId::from(Bytes(32, 'l'));
  const auto change = [&](const std::function<Status()>& act) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(act().ok());
    ASSERT_TRUE(store->commit().ok());
  };
  const Epoch one = Epoch::from(Bytes(Epoch::kSize, '1'));
  const Epoch two = Epoch::from(Bytes(Epoch::kSize, '2'));
  change([&] { return store->put_peer(peer); });
  const auto cursor = [&] { return store->load_state()->peers.at(0).cursor.value; };
  change([&] { return store->set_cursor({peer.node_key, one, JournalSeq(10)}); });
  change([&] { return store->set_cursor({peer.node_key, one, JournalSeq(7)}); });
  EXPECT_EQ(cursor(), 10U);
  change([&] { return store->set_cursor({peer.node_key, two, JournalSeq(3)}); });
  EXPECT_EQ(cursor(), 3U);
  change([&] { return store->put_peer(peer); });
  EXPECT_EQ(cursor(), 3U) << "pinning a peer again keeps its cursor";
}

TEST_F(StoreTest, AProofFromTheStoreVerifies) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(publish(*store, log, note(std::to_string(i))).ok());
  const auto state = *store->log_state(log.id());
  for (const std::uint64_t index : {0U, 1U, 255U, 256U, 299U}) {
    const auto path = store->inclusion(log.id(), EntryIndex(index), state.whole->size);
    ASSERT_TRUE(path.ok());
    const auto record = store->record(log.id(), EntryIndex(index));
    EXPECT_TRUE(verify_inclusion(EntryIndex(index), state.whole->size, leaf_hash(record->entry), *path,
                                 state.whole->root)
                    .ok());
  }
  const auto run = store->read_run(log.id(), EntryIndex(250), EntryIndex(300), TreeSize(300), 2'000);
  ASSERT_TRUE(run.ok());
  EXPECT_LT(run->records.size(), 50U) << "the byte budget cuts it";
  std::vector<Hash> leaves;
  for (const auto& record : run->records) leaves.push_back(leaf_hash(record.entry));
  EXPECT_TRUE(verify_run(EntryIndex(250), leaves, TreeSize(300), run->proof, state.whole->root).ok());
}

TEST(Migration, FromTheFirstSchemaKeepsEverything) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  OwnLog log = test_log();
  {
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(migrate_store(*db, 1).ok());
    auto version = db->prepare("PRAGMA user_version");
    ASSERT_TRUE(*version.step());
    ASSERT_EQ(version.integer(0), 1);
    // What a node of that version wrote.
    const Bytes entry = "an entry";
    CompactRange range;
    range.append(leaf_hash(entry));
    const Checkpoint checkpoint{log.identity().origin(), range.size(), range.root()};
    const std::string note_text =
        sign_checkpoint(checkpoint, SigningKey::from_seed(sha256("seoul.example").view()));
    auto insert = db->prepare(
        "INSERT INTO log (number, log_id, name, signing_key, recovery_key, size, range, whole_size, "
        "whole_root, whole_note) "
        "VALUES (1, ?, 'seoul.example', ?, ?, 1, ?, 1, ?, ?)");
    const Bytes packed = pack_hashes(range.hashes());
    const LogId id = log.id();
    const Hash root = range.root();
    ASSERT_TRUE(insert.bind_blob(id.view())
                    .bind_blob(log.identity().signing_key.view())
                    .bind_blob(log.identity().recovery_key.view())
                    .bind_blob(packed)
                    .bind_blob(root.view())
                    .bind_blob(note_text)
                    .run()
                    .ok());
    auto record = db->prepare("INSERT INTO record (id, entry, state) VALUES (?, ?, 0)");
    ASSERT_TRUE(record.bind(std::int64_t{1} << 40).bind_blob(entry).run().ok());
    ASSERT_TRUE(
        db->execute("INSERT INTO journal (seq, log) VALUES (7, 1); INSERT INTO meta VALUES ('journal_id', "
                    "x'00112233445566778899aabbccddeeff'), ('journal_reserved', '1025')")
            .ok());
  }
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok()) << store.error().text();
  const auto state = (*store)->load_state();
  ASSERT_TRUE(state.ok()) << state.error().text();
  ASSERT_EQ(state->logs.size(), 1U);
  EXPECT_EQ(state->logs[0].journal_seq, JournalSeq(7));
  EXPECT_FALSE(state->logs[0].frozen);
  EXPECT_EQ((*store)->record(log.id(), EntryIndex(0))->entry, "an entry");
  EXPECT_EQ((*store)->logs_named("seoul.example", {}, 100)->size(), 1U);
  EXPECT_TRUE((*store)->evidence(log.id()).ok());
}

TEST(Migration, KeysThatWereKeptStandAsTheyStood) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  OwnLog log = test_log();
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  StandingKeys before;
  {
    const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(store.ok());
    Draft draft;
    draft.entry = make_genesis(log.identity(), key('c'), sealing, key('A'), {1});
    ASSERT_TRUE(publish(**store, log, draft).ok());
    for (const std::string_view named : {"cB", "dB", "dC", "eC"}) {
      draft = {};
      draft.again = true;
      draft.entry.set_kind(v1::KIND_KEYS);
      *draft.entry.mutable_control()->mutable_keys() =
          make_keys(log.id(), key(named[0]), sealing, key(named[1]));
      ASSERT_TRUE(publish(**store, log, draft).ok());
    }
    before = *(*store)->standing_keys(log.id());
  }
  auto db = sqlite::Connection::open(path, {});
  ASSERT_TRUE(db->execute("DROP INDEX log_keys_standing; DROP INDEX log_keys_by_node").ok());
  for (const std::string column : {"node_since", "cosigner_since", "node_before", "before_at"})
    ASSERT_TRUE(db->execute("ALTER TABLE log_keys DROP COLUMN " + column).ok());
  ASSERT_TRUE(db->execute("PRAGMA user_version=15").ok());
  ASSERT_TRUE(migrate_store(*db, 16).ok());
  const auto store = open_sqlite_reader(path);
  ASSERT_TRUE(store.ok());
  const auto after = (*store)->standing_keys(log.id());
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->node_since, EntryIndex(3));
  EXPECT_EQ(after->cosigner_since, EntryIndex(4));
  EXPECT_EQ(after->node_before, NodeKey::from(key('B').public_key().view()));
  EXPECT_EQ(after->keys, before.keys);
  EXPECT_EQ(after->node_before, before.node_before);
}

TEST(Migration, WhatLogsTakeIsCountedAndAGraceThatRunsBeginsAnew) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  OwnLog log = test_log();
  {
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(migrate_store(*db, 6).ok());
    CompactRange range;
    range.append(leaf_hash("an entry"));
    range.append(leaf_hash("another"));
    const Bytes packed = pack_hashes(range.hashes());
    const LogId id = log.id();
    auto insert = db->prepare(
        "INSERT INTO log (number, log_id, name, signing_key, recovery_key, size, range, out_since_ms) VALUES "
        "(3, ?, 'seoul.example', ?, ?, 2, ?, 5)");
    ASSERT_TRUE(insert.bind_blob(id.view())
                    .bind_blob(log.identity().signing_key.view())
                    .bind_blob(log.identity().recovery_key.view())
                    .bind_blob(packed)
                    .run()
                    .ok());
    ASSERT_TRUE(db->execute("INSERT INTO record (id, entry, body, state) VALUES "
                            "(3 << 40, CAST('an entry' AS BLOB), CAST('body' AS BLOB), 0), "
                            "(3 << 40 | 1, CAST('another' AS BLOB), NULL, 3), "
                            "(4 << 40, CAST('of a fourth log' AS BLOB), NULL, 0)")
                    .ok());
  }
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok()) << store.error().text();
  const auto state = (*store)->log_state(log.id());
  ASSERT_TRUE(state.ok()) << state.error().text();
  EXPECT_EQ(state->bytes, 8 + 4 + 7 + 2 * limits::kRecordBytes);
  EXPECT_EQ(state->out_since, UnixMillis{5});
  EXPECT_EQ(state->out_lived.count(), 0);
  EXPECT_EQ((*store)->load_state()->lived.count(), 0);
}

// They would say that somebody is vouched for whom nothing admits, and take the places of others.
TEST(Migration, VouchesOfAnOlderVersionThatNameNoLogAreForgotten) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  const LogId voucher = test_log().id();
  const OwnLog milan = test_log("milan.example");
  {
    const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(store.ok());
    auto db = sqlite::Connection::open(path, {});
    const LogId unclear = LogId::from(Bytes(LogId::kSize, 'u'));
    const LogId clear = milan.id();
    for (const auto& [target, name, vkey] :
         {std::tuple(unclear.view(), std::string("la.example"), std::string("no key")),
          std::tuple(clear.view(), milan.identity().name, milan.identity().vkey().text())}) {
      auto insert = db->prepare(
          "INSERT INTO vouch (voucher, target, entry_index, name, vkey, expires_at_ms, withdrawn) VALUES (?, "
          "?, "
          "1, ?, ?, 0, 0)");
      ASSERT_TRUE(
          insert.bind_blob(voucher.view()).bind_blob(target).bind_text(name).bind_text(vkey).run().ok());
    }
    ASSERT_TRUE((*store)->vouched_as("la.example")->has_value());
  }
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok()) << store.error().text();
  EXPECT_FALSE((*store)->vouched_as("la.example")->has_value());
  EXPECT_EQ(*(*store)->vouched_as("milan.example"), milan.id());
  EXPECT_EQ((*store)->load_state()->vouches.size(), 1U);
}

// A wrong sum would stay: from then on it is only added to.
TEST(Migration, SumsAreThoseOfWhatIsThere) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  OwnLog one = test_log();
  OwnLog other = test_log("milan.example");
  const AttachmentId wanted{sha256("wanted"), 100, sha256("root")};
  {
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(migrate_store(*db, 5).ok());
    const auto add = [&](std::int64_t number, const OwnLog& log, std::int64_t size) {
      CompactRange range;
      for (std::int64_t i = 0; i < size; ++i) range.append(leaf_hash("entry"));
      const Bytes packed = pack_hashes(range.hashes());
      const LogId id = log.id();
      auto insert = db->prepare(
          "INSERT INTO log (number, log_id, name, signing_key, recovery_key, size, range) VALUES (?, ?, ?, "
          "?, "
          "?, ?, ?)");
      ASSERT_TRUE(insert.bind(number)
                      .bind_blob(id.view())
                      .bind_text(log.identity().name)
                      .bind_blob(log.identity().signing_key.view())
                      .bind_blob(log.identity().recovery_key.view())
                      .bind(size)
                      .bind_blob(packed)
                      .run()
                      .ok());
    };
    add(3, one, 2);
    add(5, other, 1);
    ASSERT_TRUE(db->execute("INSERT INTO record (id, entry, body, state) VALUES "
                            "(3 << 40, CAST('entry' AS BLOB), CAST('body' AS BLOB), 0), "
                            "(3 << 40 | 1, CAST('entry' AS BLOB), NULL, 1), "
                            "(5 << 40, CAST('entry' AS BLOB), CAST('body' AS BLOB), 0); "
                            "INSERT INTO transit (id, body, at_ms) VALUES (3 << 40 | 1, x'0102030405', 1)")
                    .ok());
    for (const char* sql :
         {"INSERT INTO attachment (sha256, size, chunk_root, chunks, state, wish, at_ms) VALUES (?, ?, ?, 0, "
          "0, 1, 1)",
          "INSERT INTO attachment_use (sha256, size, chunk_root, record) VALUES (?, ?, ?, 3 << 40)"}) {
      auto insert = db->prepare(sql);
      ASSERT_TRUE(insert.bind_blob(wanted.sha256.view())
                      .bind(static_cast<std::int64_t>(wanted.size))
                      .bind_blob(wanted.chunk_root.view())
                      .run()
                      .ok());
    }
  }
  SqliteStoreOptions options;
  options.attachment_bytes = 1'000;  // and a city's share of so little is all of it
  const auto store = std::move(*open_sqlite_store(path, options));
  EXPECT_EQ(store->counts()->logs, 2U);
  EXPECT_EQ(store->counts()->records, 3U);
  {
    auto db = sqlite::Connection::open(path, {true, false, ""});
    auto select = db->prepare(
        "SELECT (SELECT transit FROM total), (SELECT files FROM total), transit, files FROM log ORDER BY "
        "number");
    for (const std::vector<std::int64_t>& sums :
         {std::vector<std::int64_t>{5, 100, 5, 100}, {5, 100, 0, 0}}) {
      ASSERT_TRUE(*select.step());
      for (int i = 0; i < 4; ++i) EXPECT_EQ(select.integer(i), sums[static_cast<std::size_t>(i)]) << i;
    }
  }
  const auto want = [&](const LogId& log, std::uint64_t size) {
    const AttachmentId file{sha256(std::to_string(size)), size, sha256("root")};
    EXPECT_TRUE(store->begin(true).ok());
    EXPECT_TRUE(store->add_bodies({log, {}, {5}, {}, {{EntryIndex(0), file}}}).ok());
    const Status out = store->want_attachment({log, EntryIndex(0), file, AttachmentWish::kByPolicy, 0}, {5});
    EXPECT_TRUE(store->commit().ok());
    return out;
  };
  EXPECT_EQ(want(one.id(), 901).error().code, Code::kTooLarge);
  EXPECT_EQ(want(other.id(), 902).error().code, Code::kTooLarge);
  EXPECT_TRUE(want(one.id(), 900).ok());
  EXPECT_FALSE(want(one.id(), 99).ok());
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->drop_attachment(wanted).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_TRUE(want(one.id(), 98).ok()) << "it was counted for the city that named it";
}

TEST(Migration, AStoreOfANewerProgramIsRefused) {
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  {
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(db->execute("PRAGMA user_version=1000").ok());
  }
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().message.find("newer version"), std::string::npos);
}

TEST(DamagedStore, IsRefusedWithASentence) {
  TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(
      "this is no database, though it is long enough to be taken for one by its size alone "
      "........................................................",
      file);
  std::fclose(file);
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().message.find("damaged"), std::string::npos) << store.error().text();
}

}  // namespace
}  // namespace koinon::test::store_test
