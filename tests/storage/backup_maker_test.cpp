// Who may write to the place of a backup to a public key, and knows that key, can add keys, manifests and
// chunks of their own. They are not taken for the node's.
#include "tests/storage/backup_fixture.h"

namespace koinon::test::backup_maker_test {
namespace {

class BackupMaker : public BackupFixture {
 protected:
  void SetUp() override {
    BackupFixture::SetUp();
    close_to_owner();
    ASSERT_TRUE(write(store).ok());
  }
  // A manifest of their own, under a key of their own: the lists of the node's backup, and whom they say made
  // it.
  Status forge(std::uint64_t number, const std::function<void(backup::Manifest&)>& change) {
    KOINON_ASSIGN(const auto vault, to_write());
    KOINON_ASSIGN(auto keys, backup::keys_to_read(*vault, {"", owner}));
    KOINON_ASSIGN(const auto reader, backup::BackupReader::open(*vault, std::move(keys), 1));
    backup::Manifest manifest = reader.manifest();
    change(manifest);
    const BackupKey theirs = BackupKey::generate();
    KOINON_ASSIGN(const Bytes slot, close_key(theirs, owner.public_key()));
    KOINON_TRY(vault->put_slot(slot));
    return vault->put_manifest(
        number, make_box(theirs, backup::manifest_name(number), backup::write_manifest(manifest)));
  }
  Code refusal_of(std::uint64_t number) const {
    const auto back = read(number);
    return back.ok() ? Code::kInternal : back.error().code;
  }

  const Bytes store = random_bytes(200'000);
};

TEST_F(BackupMaker, TheNodesOwnIsGivenBack) {
  const auto back = read();
  ASSERT_TRUE(back.ok()) << back.error().text();
  EXPECT_EQ(*back, store);
}

TEST_F(BackupMaker, OneSmallFileIsReadWithoutTheOthers) {
  const auto vault = *backup::open_vault_to_read(place());
  auto reader = *backup::BackupReader::open(*vault, *backup::keys_to_read(*vault, {"", owner}));
  ASSERT_TRUE(reader.check_maker(owner.public_key()).ok());
  EXPECT_EQ(**reader.small_file("keys/node.key", 1'000), node_key);
  EXPECT_EQ(reader.small_file("keys/node.key", 3).error().code, Code::kTooLarge);
  EXPECT_FALSE(*reader.small_file("keys/identity", 1'000));
}

TEST_F(BackupMaker, WhoeverChangesAManifestIsRefused) {
  ASSERT_TRUE(forge(2, [](backup::Manifest& manifest) { manifest.files.pop_back(); }).ok());
  EXPECT_EQ(refusal_of(2), Code::kRefused) << "a file is left out";
  ASSERT_TRUE(forge(3, [](backup::Manifest&) {}).ok());
  EXPECT_EQ(refusal_of(3), Code::kRefused) << "an older one under a newer number";
  ASSERT_TRUE(forge(4, [](backup::Manifest& manifest) { manifest.maker.clear(); }).ok());
  EXPECT_EQ(refusal_of(4), Code::kRefused) << "it says nothing";
  ASSERT_TRUE(
      forge(5, [](backup::Manifest& manifest) { manifest.files.erase(manifest.files.begin()); }).ok());
  EXPECT_EQ(refusal_of(5), Code::kRefused) << "it has no key of a node";
  EXPECT_TRUE(read(1).ok());
}

// They know the names of all chunks, and the key of none.
TEST_F(BackupMaker, WhoeverPutsAnotherChunkInPlaceOfOneIsRefused) {
  {
    const auto vault = *to_write();
    auto keys = *backup::keys_to_read(*vault, {"", owner});
    const auto reader = *backup::BackupReader::open(*vault, keys, 1);
    const Hash list = reader.manifest().files[1].lists[0];
    const Bytes names = *open_box(*vault->get(list, 100'000), list, keys.begin()->second);
    const Hash chunk = Hash::from(BytesView(names).substr(0, Hash::kSize));
    const BackupKey theirs = BackupKey::generate();
    ASSERT_TRUE(vault->put_slot(*close_key(theirs, owner.public_key())).ok());
    ASSERT_TRUE(vault->put(chunk, make_box(theirs, chunk, Bytes(64 * 1024, 'x'))).ok());
  }
  EXPECT_EQ(refusal_of(1), Code::kMalformed);
}

// A whole backup of a node of their own can be put there; it has other keys, by which a restore knows it. But
// they cannot give our store with these keys.
TEST_F(BackupMaker, ANodesStoreCannotBeGivenWithTheKeysOfAnother) {
  node_key = "secret words of their node";
  close_to_owner();
  ASSERT_TRUE(write(random_bytes(1'000)).ok());
  ASSERT_TRUE(read(2).ok());
  backup::BackupFile theirs;
  {
    const auto vault = *to_write();
    const auto reader = *backup::BackupReader::open(*vault, *backup::keys_to_read(*vault, {"", owner}), 2);
    theirs = reader.manifest().files[0];
  }
  ASSERT_EQ(theirs.path, "keys/node.key");
  ASSERT_TRUE(forge(3, [&](backup::Manifest& manifest) {
                manifest.files[0] = theirs;
                manifest.maker = backup::maker_of(manifest, 3, closing.naming);
              }).ok());
  EXPECT_EQ(refusal_of(3), Code::kMalformed) << "its maker is right, and the chunks are not named by it";
}

TEST_F(BackupMaker, WhoeverDoesNotKnowTheNodesKeyCannotSayThatTheNodeMadeIt) {
  ASSERT_TRUE(forge(2, [](backup::Manifest& manifest) {
                manifest.maker = backup::maker_of(manifest, 2, Bytes(32, 'k'));
              }).ok());
  EXPECT_EQ(refusal_of(2), Code::kRefused);
}

TEST_F(BackupMaker, NothingIsWrittenBeforeSomebodyLooked) {
  const auto vault = *backup::open_vault_to_read(place());
  auto reader = *backup::BackupReader::open(*vault, *backup::keys_to_read(*vault, {"", owner}));
  EXPECT_FALSE(reader.write_files(folder.path() / "out", {}).ok());
  EXPECT_FALSE(reader.small_file("keys/node.key", 1'000).ok());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

}  // namespace
}  // namespace koinon::test::backup_maker_test
