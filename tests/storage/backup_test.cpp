// Backups: databases as they stand at one moment, boxes that open for whoever has the key alone, and places
// that hold what was finished and nothing else. And fsck: each kind of damage is named.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "storage/backup/backup_reader.h"
#include "storage/backup/backup_writer.h"
#include "storage/backup/disk_file.h"
#include "storage/sqlite/snapshot.h"
#include "tests/files_contain.h"
#include "tests/temporary_folder.h"

namespace koinon::test::backup_test {
namespace {

using backup::Protection;

// --- databases as they stand at one moment ---

class Database : public testing::Test {
 protected:
  void SetUp() override {
    writer = std::move(*sqlite::Connection::open(path(), {}));
    ASSERT_TRUE(writer.execute("PRAGMA page_size=8192").ok());
    ASSERT_TRUE(writer.execute("PRAGMA journal_mode=WAL").ok());
    ASSERT_TRUE(writer.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)").ok());
  }
  std::filesystem::path path() const { return folder.path() / "a.db"; }
  void add(int from, int to) {
    for (int i = from; i < to; ++i)
      ASSERT_TRUE(
          writer.execute("INSERT INTO t VALUES (" + std::to_string(i) + ", hex(randomblob(2000)))").ok());
  }
  // The rows of a database that is made of what the snapshot reads.
  std::int64_t rows_of(sqlite::Snapshot& snapshot) {
    const auto copy = folder.path() / "copy.db";
    std::filesystem::remove(copy);
    std::ofstream out(copy, std::ios::binary);
    for (std::uint64_t at = 0; at < snapshot.bytes(); at += 10'000) {
      const auto bytes = snapshot.read(at, 10'000);
      EXPECT_TRUE(bytes.ok());
      if (!bytes.ok()) return -1;
      out << *bytes;
    }
    out.close();
    auto db = sqlite::Connection::open(copy, {});
    if (!db.ok()) return -1;
    {
      auto check = db->prepare("PRAGMA integrity_check");
      EXPECT_TRUE(check.step().ok());
      EXPECT_EQ(check.text(0), "ok");
    }
    auto count = db->prepare("SELECT count(*) FROM t");
    EXPECT_TRUE(count.step().ok());
    return count.integer(0);
  }

  TemporaryFolder folder;
  sqlite::Connection writer;
};

TEST_F(Database, IsReadAsItStoodWhileOthersWriteOn) {
  add(0, 50);
  auto snapshot = sqlite::Snapshot::take(path());
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().text();
  add(50, 300);
  ASSERT_TRUE(writer.execute("UPDATE t SET text = 'changed'").ok());
  ASSERT_TRUE(writer.execute("PRAGMA wal_checkpoint(PASSIVE)").ok());
  EXPECT_EQ(rows_of(*snapshot), 50);
}

// The transaction begins when all of the write-ahead log stands in the file: then others may begin that log
// anew.
TEST_F(Database, IsReadAsItStoodWhenItsLogBeginsAnew) {
  add(0, 100);
  ASSERT_TRUE(writer.execute("PRAGMA wal_checkpoint(FULL)").ok());
  auto snapshot = sqlite::Snapshot::take(path());
  ASSERT_TRUE(snapshot.ok());
  add(100, 300);
  ASSERT_TRUE(writer.execute("UPDATE t SET text = hex(randomblob(2000))").ok());
  EXPECT_EQ(rows_of(*snapshot), 100);
}

TEST_F(Database, IsReadWhenNobodyHasItOpen) {
  add(0, 20);
  writer = sqlite::Connection();
  auto snapshot = sqlite::Snapshot::take(path());
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().text();
  EXPECT_EQ(rows_of(*snapshot), 20);
}

TEST_F(Database, LeavesOutWhatOnlyItsLogStillHas) {
  ASSERT_TRUE(writer.execute("PRAGMA secure_delete=ON").ok());
  ASSERT_TRUE(writer.execute("INSERT INTO t VALUES (1, 'the erased words')").ok());
  ASSERT_TRUE(writer.execute("DELETE FROM t").ok());
  ASSERT_TRUE(files_contain(folder.path(), "the erased words")) << "the write-ahead log has them";
  auto snapshot = sqlite::Snapshot::take(path());
  ASSERT_TRUE(snapshot.ok());
  const auto bytes = snapshot->read(0, snapshot->bytes());
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->find("the erased words"), Bytes::npos);
}

// --- boxes ---

TEST(Boxes, OpenForTheirKeyAndNameAlone) {
  const BackupKey key = BackupKey::generate();
  const Hash name = content_name("words", key.derived("names"));
  const Bytes box = make_box(key, name, "words");
  EXPECT_EQ(box.find("words"), Bytes::npos);
  EXPECT_NE(name, sha256("words")) << "a name tells nothing of the content";
  EXPECT_EQ(*open_box(box, name, key), "words");
  EXPECT_EQ(open_box(box, sha256("another"), key).error().code, Code::kMalformed);
  EXPECT_EQ(open_box(box, name, BackupKey::generate()).error().code, Code::kRefused);
  EXPECT_EQ(open_box(box, name, std::nullopt).error().code, Code::kRefused);
  for (std::size_t i = 0; i < box.size(); ++i) {
    Bytes changed = box;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(box_is_whole(changed)) << i;
    EXPECT_FALSE(open_box(changed, name, key).ok()) << i;
  }
}

TEST(Boxes, KeysOpenForTheirOwnerAlone) {
  const BackupKey key = BackupKey::generate();
  const SealingSecret owner = SealingSecret::generate();
  const Bytes slot = *close_key(key, owner.public_key());
  EXPECT_EQ(open_key(slot, owner)->secret(), key.secret());
  EXPECT_EQ(open_key(slot, SealingSecret::generate()).error().code, Code::kRefused);
  EXPECT_EQ(open_key(slot, "words").error().code, Code::kMalformed);
  const Bytes closed = *close_key(key, "words");
  EXPECT_EQ(open_key(closed, "words")->id(), key.id());
  EXPECT_EQ(open_key(closed, "other words").error().code, Code::kRefused);
}

// --- manifests ---

TEST(Manifests, RefuseWhatLeadsElsewhere) {
  backup::Manifest manifest;
  manifest.made = {7};
  manifest.files = {{"store.db", 0600, 65537, {sha256("a")}}, {"keys/node.key", 0600, 0, {}}};
  const Bytes text = backup::write_manifest(manifest);
  const auto read = backup::read_manifest(text);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(backup::write_manifest(*read), text);
  for (const char* path : {"../store.db", "/etc/passwd", "a/b/c", ".hidden", "keys/..", "a b", ""}) {
    manifest.files[1].path = path;
    EXPECT_FALSE(backup::read_manifest(backup::write_manifest(manifest)).ok()) << path;
  }
  for (std::size_t end = 0; end < text.size(); ++end)
    EXPECT_FALSE(backup::read_manifest(BytesView(text).substr(0, end)).ok()) << end;
  manifest.files = {{"store.db", 0600, 65536 * 3000, {sha256("a")}}};  // one list has 2,048 chunks
  EXPECT_FALSE(backup::read_manifest(backup::write_manifest(manifest)).ok());
}

// --- places ---

struct Place {
  bool one_file = false;
  Protection protection = Protection::kOpen;
};

class Backups : public testing::TestWithParam<Place> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    closing.protection = GetParam().protection;
    closing.passphrase = "words";
    closing.to = owner.public_key();
    closing.naming = backup::naming_of(kNodeKey, closing.to);
    if (closing.protection == Protection::kPassphrase) opening.passphrase = "words";
    if (closing.protection == Protection::kPublicKey) opening.secret = owner;
  }
  std::filesystem::path place() const { return folder.path() / "backup"; }
  static backup::SourceFile file_of(const std::string& path, const Bytes& content) {
    return {path, content.size(), [content](std::uint64_t at, std::size_t count) -> Result<Bytes> {
              return content.substr(at, count);
            }};
  }
  // A node has its key in every backup.
  Result<backup::BackupReport> write(std::vector<backup::SourceFile> files) {
    if (std::none_of(files.begin(), files.end(), [](const auto& file) { return file.path == kNodeFile; }))
      files.push_back(file_of(kNodeFile, kNodeKey));
    KOINON_ASSIGN(const auto vault,
                  backup::open_vault_to_write(place(), GetParam().one_file, closing.protection));
    KOINON_ASSIGN(const auto keys, backup::keys_to_write(*vault, closing));
    return backup::write_backup(*vault, keys, files, {1}, {});
  }
  Status read(const std::filesystem::path& to, std::optional<std::uint64_t> number = {}) {
    KOINON_ASSIGN(const auto vault, backup::open_vault_to_read(place()));
    KOINON_ASSIGN(auto keys, backup::keys_to_read(*vault, opening));
    KOINON_ASSIGN(auto reader, backup::BackupReader::open(*vault, std::move(keys), number));
    if (opening.secret) KOINON_TRY(reader.check_maker(opening.secret->public_key()));
    std::filesystem::create_directories(to);
    return reader.write_files(to, {});
  }
  static Bytes content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  // A file in which the backup keeps what it has: of a folder, that of one chunk.
  std::filesystem::path kept() const {
    if (GetParam().one_file) return place();
    std::filesystem::path largest;
    for (const auto& file : std::filesystem::recursive_directory_iterator(place() / "chunks")) {
      if (!file.is_regular_file()) continue;
      if (largest.empty() || file.file_size() > std::filesystem::file_size(largest)) largest = file.path();
    }
    return largest;
  }
  void flip(const std::filesystem::path& path, std::uint64_t at) {
    auto file = *backup::DiskFile::open_to_change(path);
    Bytes byte = *file.read(at, 1);
    byte[0] = static_cast<char>(byte[0] ^ 1);
    ASSERT_TRUE(file.write(at, byte).ok());
  }

  static constexpr const char* kNodeFile = "keys/node.key";
  static constexpr const char* kNodeKey = "secret words";

  TemporaryFolder folder;
  const SealingSecret owner = SealingSecret::generate();
  backup::Closing closing;
  backup::Opening opening;
  const Bytes big = random_bytes(300'000);
};

TEST_P(Backups, GiveBackWhatWasWritten) {
  const auto first =
      write({file_of("store.db", big), file_of("keys/node.key", "secret words"), file_of("empty", "")});
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(first->number, 1u);
  ASSERT_TRUE(read(folder.path() / "out").ok());
  EXPECT_EQ(content_of(folder.path() / "out" / "store.db"), big);
  EXPECT_EQ(content_of(folder.path() / "out" / "keys" / "node.key"), "secret words");
  EXPECT_EQ(std::filesystem::file_size(folder.path() / "out" / "empty"), 0u);
}

TEST_P(Backups, CopyAgainOnlyWhatChanged) {
  ASSERT_TRUE(write({file_of("store.db", big)}).ok());
  const auto same = write({file_of("store.db", big)});
  ASSERT_TRUE(same.ok()) << same.error().text();
  EXPECT_EQ(same->written, 0u);
  EXPECT_EQ(same->number, 2u);
  Bytes changed = big;
  changed[100'000] = static_cast<char>(changed[100'000] ^ 1);
  const auto again = write({file_of("store.db", changed)});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->written, 2u) << "one chunk, and the list that names it";
  ASSERT_TRUE(read(folder.path() / "new").ok());
  EXPECT_EQ(content_of(folder.path() / "new" / "store.db"), changed);
  ASSERT_TRUE(read(folder.path() / "old", 1).ok());
  EXPECT_EQ(content_of(folder.path() / "old" / "store.db"), big);
}

TEST_P(Backups, TellNothingWithoutTheKey) {
  ASSERT_TRUE(write({file_of("keys/node.key", "secret words")}).ok());
  bool found = false;
  if (GetParam().one_file) {
    found = content_of(place()).find("secret words") != Bytes::npos;
  } else {
    for (const auto& file : std::filesystem::recursive_directory_iterator(place()))
      found =
          found || (file.is_regular_file() && content_of(file.path()).find("secret words") != Bytes::npos);
  }
  EXPECT_EQ(found, closing.protection == Protection::kOpen);
  if (closing.protection == Protection::kOpen) return;
  opening = {};
  EXPECT_EQ(read(folder.path() / "none").error().code, Code::kRefused);
  opening.passphrase = "other words";
  if (closing.protection == Protection::kPublicKey) opening = {"", SealingSecret::generate()};
  EXPECT_EQ(read(folder.path() / "other").error().code, Code::kRefused);
}

TEST_P(Backups, AreNotProtectedInTwoWays) {
  ASSERT_TRUE(write({file_of("store.db", big)}).ok());
  closing.protection = closing.protection == Protection::kOpen ? Protection::kPassphrase : Protection::kOpen;
  EXPECT_EQ(write({file_of("store.db", big)}).error().code, Code::kConflict);
}

TEST_P(Backups, RefuseADamagedChunkAndAreMendedByTheNextRun) {
  ASSERT_TRUE(write({file_of("store.db", big)}).ok());
  flip(kept(), 5'000);
  const Status refused = read(folder.path() / "refused");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kMalformed);
  EXPECT_NE(refused.error().text().find("store.db"), std::string::npos) << refused.error().text();
  const auto mended = write({file_of("store.db", big)});
  ASSERT_TRUE(mended.ok()) << mended.error().text();
  EXPECT_EQ(mended->mended, 1u);
  ASSERT_TRUE(read(folder.path() / "mended").ok());
  EXPECT_EQ(content_of(folder.path() / "mended" / "store.db"), big);
}

TEST_P(Backups, AfterAFailureKeepTheEarlierOnesAndGoOn) {
  ASSERT_TRUE(write({file_of("store.db", big)}).ok());
  const Bytes other = random_bytes(300'000);
  backup::SourceFile failing = file_of("store.db", other);
  failing.read = [other](std::uint64_t at, std::size_t count) -> Result<Bytes> {
    if (at >= 200'000) return fail(Code::kIo, "the disk failed");
    return other.substr(at, count);
  };
  EXPECT_FALSE(write({failing}).ok());
  ASSERT_TRUE(read(folder.path() / "earlier").ok());
  EXPECT_EQ(content_of(folder.path() / "earlier" / "store.db"), big);
  const auto resumed = write({file_of("store.db", other)});
  ASSERT_TRUE(resumed.ok());
  EXPECT_EQ(resumed->written, 2u) << "the last chunk and the list; four chunks were there";
  ASSERT_TRUE(read(folder.path() / "resumed").ok());
  EXPECT_EQ(content_of(folder.path() / "resumed" / "store.db"), other);
}

TEST_P(Backups, AreWrittenByOneAtATime) {
  const auto held = backup::open_vault_to_write(place(), GetParam().one_file, closing.protection);
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(write({file_of("store.db", big)}).error().code, Code::kUnavailable);
}

// Whoever holds the place can write it without a key.
TEST_P(Backups, RefuseAManifestThatIsNotEncryptedAmongThoseThatAre) {
  ASSERT_TRUE(write({file_of("store.db", big)}).ok());
  {
    const auto vault = *backup::open_vault_to_write(place(), GetParam().one_file, closing.protection);
    backup::Manifest manifest;
    manifest.files = {{"koinond.toml", 0600, 0, {}}};
    const Bytes forged = make_box(std::nullopt, backup::manifest_name(2), backup::write_manifest(manifest));
    ASSERT_TRUE(vault->put_manifest(2, forged).ok());
  }
  const Status opened = read(folder.path() / "forged");
  ASSERT_EQ(opened.ok(), closing.protection == Protection::kOpen);
  if (opened.ok()) return;
  EXPECT_EQ(opened.error().code, Code::kMalformed);
  EXPECT_TRUE(read(folder.path() / "first", 1).ok());
}

INSTANTIATE_TEST_SUITE_P(Places, Backups,
                         testing::Values(Place{false, Protection::kOpen}, Place{true, Protection::kOpen},
                                         Place{false, Protection::kPassphrase},
                                         Place{true, Protection::kPassphrase},
                                         Place{false, Protection::kPublicKey},
                                         Place{true, Protection::kPublicKey}));

class OneFile : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  Result<backup::BackupReport> write(const Bytes& content) {
    KOINON_ASSIGN(const auto vault, backup::open_vault_to_write(path, true, Protection::kOpen));
    return backup::write_backup(*vault, {},
                                {{"store.db", content.size(),
                                  [content](std::uint64_t at, std::size_t count) -> Result<Bytes> {
                                    return content.substr(at, count);
                                  }}},
                                {1}, {});
  }

  TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "backup";
};

// A run that is killed anywhere leaves the backups whose manifests were finished, and the next run goes on.
TEST_F(OneFile, CutAnywhereKeepsWhatWasFinished) {
  ASSERT_TRUE(write(Bytes(1000, 'a')).ok());
  const auto first = std::filesystem::file_size(path);
  const Bytes head = *backup::DiskFile::open(path)->read(0, 64);
  ASSERT_TRUE(write(Bytes(1000, 'b')).ok());
  const auto second = std::filesystem::file_size(path);
  // The head is written last: a run that did not come to its end left it as it was.
  ASSERT_TRUE(backup::DiskFile::open_to_change(path)->write(0, head).ok());
  for (auto size = second; size-- > first;) {
    std::filesystem::resize_file(path, size);
    const auto vault = backup::open_vault_to_read(path);
    ASSERT_TRUE(vault.ok()) << size;
    EXPECT_EQ((*vault)->manifests()->size(), 1u) << size;
    ASSERT_TRUE(backup::BackupReader::open(**vault, {}).ok()) << size;
  }
  ASSERT_TRUE(write(Bytes(1000, 'b')).ok());
  EXPECT_EQ(std::filesystem::file_size(path), second);
}

// One rotten byte in the head of a record hides all that follows. Nothing of that is cut off.
TEST_F(OneFile, DamagedInTheMiddleIsKeptAndToldOf) {
  ASSERT_TRUE(write(Bytes(1000, 'a')).ok());
  const auto first = std::filesystem::file_size(path);
  ASSERT_TRUE(write(Bytes(1000, 'b')).ok());
  const auto second = std::filesystem::file_size(path);
  ASSERT_TRUE(backup::DiskFile::open_to_change(path)->write(first, "?").ok());
  EXPECT_EQ(write(Bytes(1000, 'c')).error().code, Code::kMalformed);
  EXPECT_EQ(std::filesystem::file_size(path), second);
  const auto vault = backup::open_vault_to_read(path);
  ASSERT_TRUE(vault.ok());
  EXPECT_EQ(backup::BackupReader::open(**vault, {}).error().code, Code::kMalformed);
  EXPECT_TRUE(backup::BackupReader::open(**vault, {}, 1).ok());
}

// Killed before its head was in place, a run has made nothing.
TEST(Folder, WithAnUnfinishedHeadAloneIsBegunAnew) {
  TemporaryFolder folder;
  std::ofstream(folder.path() / "koinon-backup.new") << "koinon-";
  EXPECT_TRUE(backup::open_vault_to_write(folder.path(), false, Protection::kOpen).ok());
}

}  // namespace
}  // namespace koinon::test::backup_test
