// Databases of every earlier version, as they were: today's code brings each up to date, and loses nothing.
// One of a later version is refused, and left as it is.
#include <fstream>
#include <set>

#include "crypto/key_history.h"
#include "storage/fsck/store_check.h"
#include "storage/office/arrival_places.h"
#include "storage/office/office_db.h"
#include "storage/office/office_schema.h"
#include "storage/office/office_schema_server.h"
#include "storage/search/index_schema.h"
#include "storage/search/search_index.h"
#include "storage/store/schema.h"
#include "storage/witness/witness_db.h"
#include "tests/storage/schema_fixture.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::upgrades_test {
namespace {

using Names = std::set<std::string>;

class Upgrades : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  std::filesystem::path file(const std::string& name) const { return folder.path() / (name + ".db"); }
  // What of the database is not there any more once `bring` has brought it up to date.
  template <typename Bring>
  Names lost(const std::string& name, int version, Bring bring) {
    make_old_database(file("before"), name, version);
    make_old_database(file(name), name, version);
    bring(file(name));
    const auto gone = lost_rows(file("before"), file(name));
    std::filesystem::remove(file("before"));
    return {gone.begin(), gone.end()};
  }
  // As one that is made today.
  template <typename Bring>
  void expect_todays_schema(const std::string& name, Bring bring) {
    bring(file("fresh"));
    auto fresh = sqlite::Connection::open(file("fresh"), {});
    auto brought = sqlite::Connection::open(file(name), {});
    ASSERT_TRUE(fresh.ok() && brought.ok());
    EXPECT_EQ(schema_of(*brought), schema_of(*fresh));
    EXPECT_EQ(texts(*brought, "PRAGMA user_version"), texts(*fresh, "PRAGMA user_version"));
    EXPECT_EQ(texts(*brought, "PRAGMA integrity_check"), std::vector<std::string>{"ok"});
    EXPECT_TRUE(texts(*brought, "PRAGMA foreign_key_check").empty());
  }
  void expect_pinned(const std::string& name, std::span<const char* const> today) {
    const auto pinned = pinned_steps(name);
    ASSERT_EQ(pinned.size(), today.size()) << "tests/fixtures/pin pins a new step; none may go";
    for (std::size_t i = 0; i < pinned.size(); ++i)
      EXPECT_EQ("\n" + pinned[i].sql, with_ends(today[i]))
          << name << ": step " << i + 1 << " was edited: add a new one instead";
  }
  static std::string with_ends(std::string sql) {
    if (!sql.starts_with('\n')) sql.insert(0, 1, '\n');
    if (!sql.ends_with('\n')) sql += '\n';
    return sql;
  }
  static Bytes bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Its file has a later version and a table that nobody here knows. Returns its bytes.
  static Bytes make_newer(const std::filesystem::path& path) {
    {
      auto db = sqlite::Connection::open(path, {});
      EXPECT_TRUE(db->execute("CREATE TABLE of_a_later_version (x); PRAGMA user_version=1000").ok());
      EXPECT_TRUE(db->fold().ok());
    }
    return bytes_of(path);
  }
  static void expect_refusal(const Error& error, const std::string& name, int known) {
    EXPECT_EQ(error.code, Code::kRefused);
    for (const std::string& words :
         {name + ".db", std::string("a newer version of Koinon"), std::string("schema 1000"),
          "knows " + std::to_string(known), std::string("install that version again"), std::string("backup")})
      EXPECT_NE(error.text().find(words), std::string::npos) << words << ": " << error.text();
  }

  TemporaryFolder folder;
};

void bring_store(const std::filesystem::path& path) {
  auto db = sqlite::Connection::open(path, {});
  ASSERT_TRUE(db.ok());
  const Status brought = migrate_store(*db);
  ASSERT_TRUE(brought.ok()) << brought.error().text();
}
void bring_office(const std::filesystem::path& path) {
  const auto office = OfficeDb::open(path);
  ASSERT_TRUE(office.ok()) << office.error().text();
}

// What steps give up by intent.
Names given_up_by_store(int version) {
  Names out;
  if (version < 9) out = {"meta.key", "meta.value", "peer.cursor"};  // of journals that counted otherwise
  if (version < 6) {
    // A vouch that was taken back has no row, and a file that nobody named stays for an upload's time.
    for (const char* column : {"entry_index", "expires_at_ms", "name", "target", "vkey", "withdrawn"})
      out.insert(std::string("vouch.") + column);
  }
  if (version == 5) out.insert("attachment.wish");
  return out;
}

// Texts that were settled are kept no more.
Names given_up_by_office(int version) {
  return version < 4 ? Names{"delivery.payload", "held.request", "mail.message"} : Names();
}

using OfStores = Upgrades;

TEST_F(OfStores, StepsThatStandAreNeverEdited) {
  expect_pinned("store", store_schema().steps);
  expect_pinned("office", office_schema().steps);
  expect_pinned("office_server", office_server_schema().steps);
  expect_pinned("witness", witness_schema().steps);
}

TEST_F(OfStores, EachVersionIsBroughtUpToDateAndLosesNothing) {
  for (int version = 1; version <= store_schema_version(); ++version) {
    SCOPED_TRACE("version " + std::to_string(version));
    EXPECT_EQ(lost("store", version, bring_store), given_up_by_store(version));
    expect_todays_schema("store", bring_store);
    std::filesystem::remove(file("store"));
  }
}

// The notes are of a day of the last version: versions before 5 did not keep which files they name, and the
// first kept no statement about keys.
bool is_beyond(int version, const fsck::Damage& damage) {
  if (damage.remedy == fsck::Remedy::kNameFiles) return version < 5;
  return damage.remedy == fsck::Remedy::kFetchLog && version == 1;
}

TEST_F(OfStores, EachVersionIsSoundAndServesWhenItIsOpened) {
  for (int version = 1; version <= store_schema_version(); ++version) {
    SCOPED_TRACE("version " + std::to_string(version));
    const TemporaryFolder node;
    make_old_database(node.path() / "store.db", "store", version);
    make_old_database(node.path() / "grace.db", "grace", 1);
    {
      auto store = open_sqlite_store(node.path() / "store.db", with_epochs(unkeyed_epochs()));
      ASSERT_TRUE(store.ok()) << store.error().text();
      const auto state = (*store)->load_state();
      ASSERT_TRUE(state.ok()) << state.error().text();
      ASSERT_EQ(state->logs.size(), 2U);
      EXPECT_EQ(state->peers.size(), 1U);
      EXPECT_EQ(state->vouches.size(), 2U);
      for (const LogState& log : state->logs) {
        ASSERT_TRUE(log.whole);
        for (std::uint64_t i = 0; i < log.range.size().value; ++i)
          EXPECT_TRUE((*store)->record(log.id, EntryIndex(i)).ok()) << i;
        const auto root = (*store)->root_at(log.id, log.whole->size);
        ASSERT_TRUE(root.ok());
        EXPECT_EQ(*root, log.whole->root) << "its tree is the one that was signed";
      }
      if (version >= 2) EXPECT_EQ(state->forked.empty(), version >= 15) << "thawed evidence freezes nothing";
      if (version >= 4) EXPECT_EQ(state->invites.size(), 1U);
    }
    const auto report = fsck::check_folder(node.path(), {});
    ASSERT_TRUE(report.ok()) << report.error().text();
    EXPECT_EQ(report->entries, 17U);
    for (const fsck::Damage& damage : report->damages())
      EXPECT_TRUE(is_beyond(version, damage)) << damage.text();
  }
}

TEST_F(OfStores, AnErasedTextIsKeptForItsGraceTimeOverAnUpgrade) {
  make_old_database(file("store"), "store", 14);
  make_old_database(file("grace"), "grace", 1);
  { ASSERT_TRUE(open_sqlite_store(file("store"), with_epochs(unkeyed_epochs())).ok()); }
  auto grace = sqlite::Connection::open(file("grace"), {});
  EXPECT_EQ(texts(*grace, "SELECT count(*) FROM body"), std::vector<std::string>{"1"});
}

TEST_F(OfStores, AnUpgradeThatFailsLeavesTheStoreAsItWas) {
  make_old_database(file("store"), "store", 6);
  {
    auto db = sqlite::Connection::open(file("store"), {});
    ASSERT_TRUE(db->execute("CREATE TABLE gone (in_the_way)").ok()) << "step 8 makes a table of that name";
    EXPECT_FALSE(migrate_store(*db).ok());
  }
  auto db = sqlite::Connection::open(file("store"), {});
  EXPECT_EQ(*sqlite::schema_version(*db), 6);
  ASSERT_TRUE(db->execute("DROP TABLE gone").ok());
  EXPECT_TRUE(migrate_store(*db).ok());
}

using OfOffices = Upgrades;

TEST_F(OfOffices, EachVersionIsBroughtUpToDateAndLosesNothing) {
  for (int version = 1; version <= office_schema().newest(); ++version) {
    SCOPED_TRACE("version " + std::to_string(version));
    EXPECT_EQ(lost("office", version, bring_office), given_up_by_office(version));
    expect_todays_schema("office", bring_office);
    auto db = sqlite::Connection::open(file("office"), {});
    EXPECT_EQ(texts(*db, "SELECT user || ' ' || count FROM waiting WHERE count > 0 ORDER BY user"),
              (std::vector<std::string>{"-1 1", "2 2"}))
        << "what waits belongs to accounts, and not to names";
    EXPECT_EQ(
        texts(*db, "SELECT count(*) FROM held WHERE state IN (1, 2) AND length(salt) <> 16 AND id <> 1"),
        std::vector<std::string>{version < 10 ? "0" : "2"})
        << "what waits is known again in the log";
    std::filesystem::remove(file("office"));
  }
}

// Else webhooks, digests and mails would skip what came meanwhile.
TEST_F(OfOffices, PlacesStillCountInTheirEpochAfterAnUpgrade) {
  make_old_database(file("office"), "office", 16);
  const Bytes epoch(Epoch::kSize, 'e');
  {
    auto db = sqlite::Connection::open(file("office"), {});
    auto put = db->prepare("INSERT INTO setting (key, value) VALUES ('arrivals_epoch', ?)");
    ASSERT_TRUE(put.bind_blob(epoch).run().ok());
  }
  auto office = OfficeDb::open(file("office"));
  ASSERT_TRUE(office.ok()) << office.error().text();
  EXPECT_EQ(*ArrivalPlaces(*office).epoch(), Epoch::from(epoch));
}

using OfWitnesses = Upgrades;

TEST_F(OfWitnesses, EachVersionIsBroughtUpToDateAndForgetsNothing) {
  const auto bring = [](const std::filesystem::path& path) {
    std::error_code none;
    const auto db =
        std::filesystem::exists(path, none) ? WitnessDb::open(path) : WitnessDb::make(path, {"v", {}});
    ASSERT_TRUE(db.ok()) << db.error().text();
  };
  for (int version = 1; version <= witness_schema().newest(); ++version) {
    SCOPED_TRACE("version " + std::to_string(version));
    EXPECT_EQ(lost("witness", version, bring), Names());
    expect_todays_schema("witness", bring);
    auto db = WitnessDb::open(file("witness"));
    ASSERT_TRUE(db.ok());
    EXPECT_EQ((*db->head("log.example"))->size, TreeSize(9));
    EXPECT_EQ(*db->made(), 10U) << "it makes no statement that it has made already";
    EXPECT_TRUE(*db->is_of_one_copy());
    std::filesystem::remove(file("witness"));
    std::filesystem::remove(file("fresh"));
  }
}

using OfIndexes = Upgrades;

// All of it comes from the store.
TEST_F(OfIndexes, OneOfAnotherVersionIsMadeAnew) {
  for (int version = 1; version <= kIndexVersion + 1; ++version) {
    if (version == kIndexVersion) continue;
    SCOPED_TRACE("version " + std::to_string(version));
    {
      auto db = sqlite::Connection::open(file("index"), {});
      ASSERT_TRUE(
          db->execute("CREATE TABLE doc (of_another_version); CREATE TABLE meta (key TEXT PRIMARY KEY, "
                      "value BLOB); PRAGMA user_version=" +
                      std::to_string(version))
              .ok());
    }
    {
      const auto index = open_index_writer(file("index"), {});
      ASSERT_TRUE(index.ok()) << index.error().text();
    }
    auto db = sqlite::Connection::open(file("index"), {});
    EXPECT_EQ(*sqlite::schema_version(*db), kIndexVersion);
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file("index").string() + part);
  }
}

using OfLaterVersions = Upgrades;

TEST_F(OfLaterVersions, TheStoreIsRefusedWithTheWayBackAndLeftAsItIs) {
  make_old_database(file("store"), "store", store_schema_version());
  const Bytes before = make_newer(file("store"));
  const auto store = open_sqlite_store(file("store"), with_epochs(unkeyed_epochs()));
  ASSERT_FALSE(store.ok());
  expect_refusal(store.error(), "store", store_schema_version());
  const auto state = read_sqlite_state(file("store"));
  ASSERT_FALSE(state.ok()) << "who looks at a node that is stopped is told so too";
  expect_refusal(state.error(), "store", store_schema_version());
  const auto report = fsck::check_folder(folder.path(), {});
  ASSERT_FALSE(report.ok());
  expect_refusal(report.error(), "store", store_schema_version());
  EXPECT_EQ(bytes_of(file("store")), before);
}

TEST_F(OfLaterVersions, TheOfficeIsRefusedWithTheWayBackAndLeftAsItIs) {
  make_old_database(file("office"), "office", office_schema().newest());
  const Bytes before = make_newer(file("office"));
  const auto office = OfficeDb::open(file("office"));
  ASSERT_FALSE(office.ok());
  expect_refusal(office.error(), "office", office_schema().newest());
  EXPECT_EQ(bytes_of(file("office")), before);
}

TEST_F(OfLaterVersions, TheWitnessIsRefusedWithTheWayBackAndLeftAsItIs) {
  make_old_database(file("witness"), "witness", witness_schema().newest());
  const Bytes before = make_newer(file("witness"));
  const auto witness = WitnessDb::open(file("witness"));
  ASSERT_FALSE(witness.ok());
  expect_refusal(witness.error(), "witness", witness_schema().newest());
  EXPECT_EQ(bytes_of(file("witness")), before);
}

// So it can be told by name, to an older program.
TEST_F(OfLaterVersions, AStoreSaysWhichVersionWroteItLast) {
  EXPECT_EQ(noted_program(file("store")), "") << "there is none";
  auto options = with_epochs(unkeyed_epochs());
  for (const std::string program : {"0.1.0", "0.1.0", "0.2.0"}) {
    options.program = program;
    { ASSERT_TRUE(open_sqlite_store(file("store"), options).ok()); }
    EXPECT_EQ(noted_program(file("store")), program);
  }
  options.program.clear();
  { ASSERT_TRUE(open_sqlite_store(file("store"), options).ok()); }
  EXPECT_EQ(noted_program(file("store")), "0.2.0") << "a program that says nothing of itself";
}

TEST_F(OfLaterVersions, ALookAtAVersionMakesAndChangesNoFile) {
  const auto odd = folder.path() / "a folder?mode=rw#100%";
  ASSERT_TRUE(std::filesystem::create_directory(odd));
  const auto path = odd / "store.db";
  make_old_database(path, "store", 7);
  const Bytes before = bytes_of(path);
  EXPECT_EQ(*sqlite::schema_version_of(path), 7);
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(odd), {}), 1);
  EXPECT_FALSE(sqlite::schema_version_of(odd / "none.db").ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(odd), {}), 1);
}

// A process that was killed leaves what it has migrated in its write-ahead log.
TEST_F(OfLaterVersions, AVersionInAWriteAheadLogCounts) {
  make_old_database(file("store"), "store", 7);
  auto writer = sqlite::Connection::open(file("store"), {});
  ASSERT_TRUE(writer->execute("PRAGMA user_version=1000").ok());
  for (const char* part : {"", "-wal"})
    std::filesystem::copy_file(file("store").string() + part, file("copy").string() + part);
  EXPECT_EQ(*sqlite::schema_version_of(file("copy")), 1000);
}

// No version of Koinon writes that: the file is damaged, or was made to mislead.
TEST_F(OfLaterVersions, AVersionBelowZeroIsRefusedAndNothingIsChanged) {
  for (const std::string name : {"store", "office", "witness"}) {
    {
      auto db = sqlite::Connection::open(file(name), {});
      ASSERT_TRUE(db.ok() && db->execute("CREATE TABLE x (y); PRAGMA user_version=-1").ok());
    }
    const Bytes before = bytes_of(file(name));
    const auto version = sqlite::schema_version_of(file(name));
    ASSERT_FALSE(version.ok()) << name;
    EXPECT_EQ(version.error().code, Code::kMalformed);
    auto db = sqlite::Connection::open(file(name), {});
    const sqlite::SchemaSteps& schema = name == "store"    ? store_schema()
                                        : name == "office" ? office_schema()
                                                           : witness_schema();
    const Status taken = sqlite::bring_up_to_date(*db, schema);
    ASSERT_FALSE(taken.ok()) << name;
    EXPECT_EQ(taken.error().code, Code::kMalformed);
    EXPECT_EQ(bytes_of(file(name)), before);
  }
  auto store = sqlite::Connection::open(file("store"), {});
  EXPECT_EQ(migrate_store(*store).error().code, Code::kMalformed);
  EXPECT_EQ(check_store_schema(*store).error().code, Code::kMalformed);
  EXPECT_EQ(OfficeDb::open(file("office")).error().code, Code::kMalformed);
}

}  // namespace
}  // namespace koinon::test::upgrades_test
