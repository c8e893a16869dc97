// The mark of the witness: what it says of a file at the next start, and when nothing may leave.
#include "node/daemon/witness_mark.h"

#include "crypto/key_file.h"
#include "tests/unit/mark_folder.h"

namespace koinon::test::witness_mark_test {
namespace {

class WitnessMarkTest : public MarkFolder {
 protected:
  void SetUp() override {
    MarkFolder::SetUp();
    key = SigningKey::generate().public_key();
    start();
  }
  void start() {
    running.reset();
    auto opened = WitnessMark::open(folder.string(), key);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    running.emplace(std::move(*opened));
  }
  std::filesystem::path file() const { return folder / ("witness-" + to_hex(key.view())); }

  PublicKey key;
  std::optional<WitnessMark> running;
};

TEST_F(WitnessMarkTest, SaysHowMuchWasMade) {
  EXPECT_FALSE(running->is_ahead_of(0)) << "there is none";
  ASSERT_TRUE(running->keep(0).ok());
  ASSERT_TRUE(running->keep(5).ok());
  start();
  EXPECT_TRUE(running->is_ahead_of(4));
  EXPECT_FALSE(running->is_ahead_of(5));
  EXPECT_FALSE(running->is_ahead_of(6)) << "a kill has kept it from being written";
  EXPECT_FALSE(running->trouble());
}

TEST_F(WitnessMarkTest, AnotherKeyHasAnother) {
  ASSERT_TRUE(running->keep(5).ok());
  const PublicKey before = std::exchange(key, SigningKey::generate().public_key());
  start();
  EXPECT_FALSE(running->is_ahead_of(0));
  ASSERT_TRUE(running->keep(0).ok());
  key = before;
  start();
  EXPECT_TRUE(running->is_ahead_of(4)) << "the old key is not free again";
}

TEST_F(WitnessMarkTest, LiesBesideTheMarkOfOurOwnLog) {
  auto own = MarkFile::open(folder.string(), log);
  ASSERT_TRUE(own.ok()) << own.error().text();
  ASSERT_TRUE(own->write(mark(4)).ok());
  ASSERT_TRUE(running->keep(5).ok());
  EXPECT_EQ(own->read(), mark(4));
  EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(WitnessMarkTest, OneProcessAtATimeHasIt) {
  EXPECT_EQ(WitnessMark::open(folder.string(), key).error().code, Code::kRefused);
}

TEST_F(WitnessMarkTest, ThatCannotBeWrittenIsTakenAwayAndWrittenAgainLater) {
  ASSERT_TRUE(running->keep(4).ok());
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_TRUE(running->keep(5).ok());
  EXPECT_TRUE(running->trouble());
  EXPECT_FALSE(std::filesystem::exists(file())) << "it would agree with an older file";
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  EXPECT_TRUE(running->keep(5).ok());
  EXPECT_FALSE(running->trouble());
  start();
  EXPECT_TRUE(running->is_ahead_of(4));
}

TEST_F(WitnessMarkTest, ThatCanBeNeitherWrittenNorTakenAwayHoldsBack) {
  ASSERT_TRUE(running->keep(4).ok());
  block(file());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(running->keep(5).error().code, Code::kConflict);
  std::filesystem::remove_all(file());
  EXPECT_TRUE(running->keep(5).ok()) << "as soon as it can be written";
}

TEST_F(WitnessMarkTest, OfAnotherFolderThatCannotBeRemovedHoldsBack) {
  running.reset();
  const auto left = runtime / "koinon" / file().filename();
  block(left);
  EXPECT_EQ(WitnessMark::open(folder.string(), key).error().code, Code::kConflict);
}

TEST_F(WitnessMarkTest, WithoutAFolderThereIsNone) {
  running.reset();
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  start();
  EXPECT_TRUE(running->trouble());
  EXPECT_FALSE(running->is_ahead_of(0));
  EXPECT_TRUE(running->keep(5).ok());
}

}  // namespace
}  // namespace koinon::test::witness_mark_test
