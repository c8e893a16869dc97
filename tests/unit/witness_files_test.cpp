// The witness's key and what it has cosigned belong together: with one of them missing nothing is cosigned.
#include "node/daemon/witness_files.h"

#include <gtest/gtest.h>

#include "crypto/key_file.h"
#include "storage/backup/node_files.h"
#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test {
namespace {

constexpr const char* kBase = "seoul.example/witness";
constexpr UnixMillis kNow{1'780'000'000'000};

class WitnessFiles : public NodeFolder {
 protected:
  DataFolder files() const { return DataFolder(place.path()); }
  Result<OpenedWitness> witness(const std::string& base = kBase) const {
    return open_witness(files(), base, "", kNow);
  }
  static void cosign_one(OpenedWitness& witness) {
    ASSERT_TRUE(witness.db.advance(TreeSize(0), {"log.example", TreeSize(1), Hash(), "note", 1}).ok());
  }
};

TEST_F(WitnessFiles, AreMadeOnceAndOpenedAgain) {
  const auto first = witness();
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(first->vkey.type, SignatureType::kCosignatureV1);
  EXPECT_TRUE(first->vkey.name.starts_with("seoul.example/witness/")) << first->vkey.name;
  const auto again = witness();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->vkey, first->vkey);
  EXPECT_EQ(again->db.owner().made_at, kNow);
  const auto node = read_keys(files(), "");
  ASSERT_TRUE(node.ok());
  for (const PublicKey& other :
       {node->node.public_key(), node->city->signing.public_key(), node->city->cosigner.public_key()})
    EXPECT_NE(first->vkey.key, other) << "one key makes one kind of statement";
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
}  // namespace koinon::test
