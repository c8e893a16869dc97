// The witness's key and what it has cosigned belong together: with one of them missing nothing is cosigned.
#include "node/daemon/witness_files.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "crypto/key_file.h"
#include "storage/backup/node_files.h"
#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test::witness_files_test {
namespace {

constexpr const char* kBase = "seoul.example/witness";
constexpr UnixMillis kNow{1'780'000'000'000};

class WitnessFiles : public NodeFolder {
 protected:
  void SetUp() override {
    NodeFolder::SetUp();
    std::string pattern = "/dev/shm/koinon-test-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    mark = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(mark); }
  DataFolder files() const { return DataFolder(place.path()); }
  Result<OpenedWitness> witness(const std::string& base = kBase) const {
    return open_witness(files(), {base, "", mark.string()}, kNow);
  }
  // As the witness does, which then answers.
  static void cosign_one(OpenedWitness& witness, std::uint64_t before = 0) {
    ASSERT_TRUE(
        witness.db.advance(TreeSize(before), {"log.example", TreeSize(before + 1), Hash(), "note", 1}).ok());
    ASSERT_TRUE(witness.mark.keep(*witness.db.made()).ok());
  }
  // A witness that has cosigned one head; its file is copied, and it goes on to the next one.
  void cosign_after_a_copy() {
    {
      auto first = witness();
      ASSERT_TRUE(first.ok()) << first.error().text();
      cosign_one(*first);
    }
    std::filesystem::copy_file(files().witness(), copy());
    auto again = witness();
    ASSERT_TRUE(again.ok()) << again.error().text();
    cosign_one(*again, 1);
  }
  void put_back() const {
    for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(files().witness().string() + end);
    std::filesystem::copy_file(copy(), files().witness(), std::filesystem::copy_options::overwrite_existing);
  }
  void expect_put_back(const Result<OpenedWitness>& opened) const {
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, Code::kRefused);
    EXPECT_NE(opened.error().message.find("put back from a copy"), std::string::npos);
    EXPECT_NE(opened.error().message.find("koinon witness --new"), std::string::npos);
  }
  // As when the machine was started again.
  void lose_mark() const {
    for (const auto& file : std::filesystem::directory_iterator(mark)) std::filesystem::remove(file);
  }
  std::filesystem::path copy() const { return place.path() / "copy-of-witness"; }

  std::filesystem::path mark;  // the folder of the mark
};

TEST_F(WitnessFiles, AreMadeOnceAndOpenedAgain) {
  std::optional<VKey> vkey;
  {
    const auto first = witness();
    ASSERT_TRUE(first.ok()) << first.error().text();
    vkey = first->vkey;
  }
  EXPECT_EQ(vkey->type, SignatureType::kCosignatureV1);
  EXPECT_TRUE(vkey->name.starts_with("seoul.example/witness/")) << vkey->name;
  auto again = witness();
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->vkey, *vkey);
  EXPECT_EQ(again->db.owner().made_at, kNow);
  const auto node = read_keys(files(), "");
  ASSERT_TRUE(node.ok());
  for (const PublicKey& other :
       {node->node.public_key(), node->city->signing.public_key(), node->city->cosigner.public_key()})
    EXPECT_NE(vkey->key, other) << "one key makes one kind of statement";
}

TEST_F(WitnessFiles, WithoutWhatItHasCosignedTheKeySignsNothing) {
  {
    auto first = witness();
    cosign_one(*first);
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(files().witness().string() + end);
  const auto again = witness();
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kRefused);
  EXPECT_NE(again.error().message.find("koinon witness --new"), std::string::npos);
}

TEST_F(WitnessFiles, AKeyThatIsMissingIsNotReplacedUnasked) {
  {
    auto first = witness();
    cosign_one(*first);
  }
  std::filesystem::remove(files().key("witness"));
  const auto again = witness();
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("koinon witness --new"), std::string::npos);
}

TEST_F(WitnessFiles, AMakingThatWasCutShortIsMadeUpFor) {
  {
    const auto first = witness();
    ASSERT_TRUE(first.ok());
  }
  std::filesystem::remove(files().key("witness"));
  EXPECT_TRUE(witness().ok()) << "it has cosigned nothing";
}

TEST_F(WitnessFiles, AKeyHasOneName) {
  { ASSERT_TRUE(witness().ok()); }
  EXPECT_EQ(witness("other.example").error().field, "witness.name");
  EXPECT_TRUE(witness().ok());
  EXPECT_EQ(witness("with space").error().code, Code::kInvalidArgument);
}

TEST_F(WitnessFiles, AnotherWitnesssKeyIsRefused) {
  {
    auto first = witness();
    cosign_one(*first);
  }
  const auto key = files().key("witness");
  std::filesystem::rename(key, key.string() + "-aside");
  ASSERT_TRUE(write_key_file(key, "witness", SigningKey::generate().seed(), "").ok());
  EXPECT_EQ(witness().error().code, Code::kRefused);
}

TEST_F(WitnessFiles, BegunAnewItHasAnotherKeyAndAnotherName) {
  std::string before;
  {
    auto first = witness();
    before = first->vkey.name;
    cosign_one(*first);
  }
  ASSERT_TRUE(forget_witness(files(), kNow).ok());
  EXPECT_FALSE(std::filesystem::exists(files().key("witness")));
  ASSERT_TRUE(forget_witness(files(), kNow).ok()) << "a second time does no harm";
  auto next = witness();
  ASSERT_TRUE(next.ok()) << next.error().text();
  EXPECT_NE(next->vkey.name, before);
  EXPECT_EQ(*next->db.count(), 0U);
}

TEST_F(WitnessFiles, AFileThatWasPutBackFromACopyIsRefusedForGood) {
  cosign_after_a_copy();
  put_back();
  expect_put_back(witness());
  lose_mark();
  expect_put_back(witness());
  ASSERT_TRUE(forget_witness(files(), kNow).ok());
  const auto next = witness();
  EXPECT_TRUE(next.ok()) << next.error().text();
}

// Also where no mark shows it.
TEST_F(WitnessFiles, AFileThatIsMixedOfTwoCopiesIsRefusedForGood) {
  cosign_after_a_copy();
  {
    auto raw = sqlite::Connection::open(files().witness(), {});
    ASSERT_TRUE(raw->execute("UPDATE head SET size = 1").ok());
  }
  lose_mark();
  expect_put_back(witness());
  expect_put_back(witness());
}

TEST_F(WitnessFiles, TheNewestFileIsTheWitnessAgain) {
  cosign_after_a_copy();
  const auto newest = place.path() / "newest";
  std::filesystem::copy_file(files().witness(), newest);
  put_back();
  expect_put_back(witness());
  std::filesystem::remove(copy());
  std::filesystem::rename(newest, copy());
  put_back();
  auto again = witness();
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ((*again->db.head("log.example"))->size, TreeSize(2));
}

// The head is on the disk, and nothing of it has left.
TEST_F(WitnessFiles, AKillBeforeTheMarkIsWrittenIsNoRollback) {
  {
    auto first = witness();
    cosign_one(*first);
  }
  std::filesystem::copy_file(files().witness(), copy());
  {
    auto killed = witness();
    ASSERT_TRUE(killed->db.advance(TreeSize(1), {"log.example", TreeSize(2), Hash(), "note", 1}).ok());
  }
  {
    const auto again = witness();
    EXPECT_TRUE(again.ok()) << again.error().text();
  }
  put_back();
  expect_put_back(witness());
}

// As a store without its mark proves nothing. The witness is opened once the peers have answered.
TEST_F(WitnessFiles, WithoutAMarkNothingShowsThatTheFileIsOlder) {
  cosign_after_a_copy();
  put_back();
  lose_mark();
  const auto again = witness();
  EXPECT_TRUE(again.ok()) << again.error().text();
}

TEST_F(WitnessFiles, OneProcessAtATimeHasThem) {
  const auto first = witness();
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(witness().error().code, Code::kRefused);
}

TEST_F(WitnessFiles, NeitherIsInABackup) {
  {
    auto first = witness();
    cosign_one(*first);
  }
  const auto kept = backup::NodeFiles::open(place.path());
  ASSERT_TRUE(kept.ok()) << kept.error().text();
  bool has_keys = false;
  for (const auto& file : kept->files()) {
    EXPECT_EQ(file.path.find("witness"), std::string::npos) << file.path;
    has_keys = has_keys || file.path == "keys/signing.key";
  }
  EXPECT_TRUE(has_keys);
}

}  // namespace
}  // namespace koinon::test::witness_files_test
