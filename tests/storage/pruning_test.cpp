// Older backups are removed from a folder, and nothing that a kept one needs; and a run that would fill the
// node's own disk ends.
#include "storage/backup/pruning.h"

#include <set>

#include "crypto/backup_box.h"
#include "proto/base/limits.h"
#include "storage/backup/node_files.h"
#include "tests/storage/backup_fixture.h"

namespace koinon::test::pruning_test {
namespace {

class Pruning : public BackupFixture, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    BackupFixture::SetUp();
    if (GetParam()) close_to_owner();
    // Each has a chunk of its own beside those that all have.
    for (char night = 'a'; night < 'e'; ++night) {
      stores.push_back(common + Bytes(64 * 1024, night));
      ASSERT_TRUE(write(stores.back()).ok());
    }
  }
  Result<backup::PruneReport> prune(std::uint64_t keep) {
    KOINON_ASSIGN(const auto vault, to_write());
    return backup::prune(*vault, keep);
  }
  std::vector<std::uint64_t> numbers() const { return *(*backup::open_vault_to_read(place()))->manifests(); }
  std::set<std::filesystem::path> chunks() const {
    std::set<std::filesystem::path> out;
    for (const auto& file : std::filesystem::recursive_directory_iterator(place() / "chunks"))
      if (file.is_regular_file()) out.insert(file.path());
    return out;
  }
  std::filesystem::path names_of(const char* number) const { return place() / "names" / number; }

  const Bytes common = random_bytes(128 * 1024);
  std::vector<Bytes> stores;
};

TEST_P(Pruning, KeepsTheNewestAndAllThatTheyNeed) {
  const auto before = chunks();
  const auto pruned = prune(2);
  ASSERT_TRUE(pruned.ok()) << pruned.error().text();
  EXPECT_EQ(pruned->backups, 2u);
  EXPECT_EQ(pruned->chunks, 4u) << "of each of the two a chunk and the list that names it";
  EXPECT_FALSE(pruned->unknown);
  EXPECT_EQ(chunks().size(), before.size() - 4);
  EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(*read(3), stores[2]);
  EXPECT_EQ(*read(4), stores[3]);
  EXPECT_FALSE(std::filesystem::exists(names_of("0000000001")));
  ASSERT_TRUE(write(stores[0]).ok());
  EXPECT_EQ(numbers().back(), 5u) << "numbers go on";
  EXPECT_EQ(*read(5), stores[0]);
}

TEST_P(Pruning, RemovesNothingWhereThereAreNoMore) {
  const auto before = chunks();
  const auto pruned = prune(4);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(pruned->backups, 0u);
  EXPECT_EQ(chunks(), before);
  EXPECT_EQ(numbers().size(), 4u);
}

// Killed behind the manifests, it has left chunks that nothing needs.
TEST_P(Pruning, GoesOnWhereItWasKilled) {
  ASSERT_TRUE((*to_write())->keep_manifests({3, 4}).ok());
  EXPECT_EQ(*read(3), stores[2]);
  const auto pruned = prune(2);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(pruned->chunks, 4u);
  EXPECT_EQ(*read(3), stores[2]);
  EXPECT_EQ(*read(4), stores[3]);
}

TEST_P(Pruning, RemovesWhatARunLeftThatWasCutShort) {
  backup::MayGoOn stops = [count = 0]() mutable {
    return ++count > 3 ? Status(fail(Code::kDiskFull, "full")) : Status();
  };
  const auto before = chunks();
  EXPECT_EQ(write(random_bytes(256 * 1024), stops).error().code, Code::kDiskFull);
  EXPECT_GT(chunks().size(), before.size());
  ASSERT_TRUE(prune(4).ok());
  EXPECT_EQ(chunks(), before);
}

TEST_P(Pruning, RemovesNothingWhereItIsNotKnownWhatIsNeeded) {
  std::filesystem::remove(names_of("0000000003"));
  const auto before = chunks();
  auto pruned = prune(2);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(pruned->unknown, 3u);
  EXPECT_EQ(pruned->backups, 0u);
  EXPECT_EQ(chunks(), before);
  EXPECT_EQ(numbers().size(), 4u);
  pruned = prune(1);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(pruned->backups, 3u) << "it is not to be kept any more";
  EXPECT_EQ(*read(4), stores[3]);
}

TEST_P(Pruning, RemovesNothingByTheNamesOfAnother) {
  std::filesystem::copy_file(names_of("0000000003"), names_of("0000000004"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(prune(1)->unknown, 4u);
  std::ofstream(names_of("0000000004"), std::ios::app) << "x";
  EXPECT_EQ(prune(1)->unknown, 4u);
  // A run had this number, and was killed before its manifest was in place.
  const auto vault = *to_write();
  ASSERT_TRUE(
      vault->put_names(4, make_box(std::nullopt, backup::names_name(4), Bytes(2 * Hash::kSize, 'n'))).ok());
  EXPECT_EQ(backup::prune(*vault, 1)->unknown, 4u);
  EXPECT_EQ(*read(4), stores[3]);
}

INSTANTIATE_TEST_SUITE_P(Places, Pruning, testing::Bool());

TEST(PruningOneFile, IsRefused) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto vault = *backup::open_vault_to_write(folder.path() / "one", true, backup::Protection::kOpen);
  EXPECT_EQ(backup::prune(*vault, 1).error().code, Code::kInvalidArgument);
}

using BackupRoom = BackupFixture;

TEST_F(BackupRoom, ARunThatMayNotGoOnEndsAndIsRunAgain) {
  const Bytes store = random_bytes(300'000);
  std::uint64_t asked = 0;
  const auto ended = write(store, [&asked]() -> Status {
    if (++asked == 4) return fail(Code::kDiskFull, "the node's disk is full");
    return {};
  });
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, Code::kDiskFull);
  EXPECT_EQ(asked, 4u);
  EXPECT_EQ(read().error().code, Code::kNotFound);
  const auto again = write(store);
  ASSERT_TRUE(again.ok());
  EXPECT_LT(again->written, again->chunks) << "it goes on";
  EXPECT_EQ(*read(), store);
}

TEST_F(BackupRoom, TheNodesDiskIsNotFilled) {
  const backup::NodeRoom room(folder.path(), 10 * limits::kBackupNodeRoom);
  EXPECT_TRUE(room.check(limits::kBackupNodeRoom).ok());
  EXPECT_EQ(room.check(limits::kBackupNodeRoom - 1).error().code, Code::kDiskFull);
}

TEST_F(BackupRoom, ANodeWhoseDiskIsFullAtFirstCanBeBackedUp) {
  const backup::NodeRoom room(folder.path(), 60 * limits::kMiB);
  EXPECT_TRUE(room.check(31 * limits::kMiB).ok());
  EXPECT_EQ(room.check(29 * limits::kMiB).error().code, Code::kDiskFull);
  EXPECT_TRUE(backup::NodeRoom(folder.path(), 0).check(0).ok());
  EXPECT_TRUE(backup::NodeRoom(folder.path()).check().ok());
}

}  // namespace
}  // namespace koinon::test::pruning_test
