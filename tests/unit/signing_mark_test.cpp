// The mark over the starts of a node.
#include "node/daemon/signing_mark.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "storage/memory/memory_store.h"

namespace koinon::test {
namespace {

// A folder in memory, as a mark must have it.
class SigningMarkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/dev/shm/koinon-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) GTEST_SKIP() << "there is no tmpfs here";
    folder = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }
  // A start of the node.
  SigningMark start() {
    auto mark = SigningMark::open(folder, LogId(), store, nullptr);
    EXPECT_TRUE(mark.ok());
    return std::move(*mark);
  }
  MarkSays says() { return start().says(); }

  std::string folder;
  MemoryStore store{MemoryStore::Options{}};
};

TEST_F(SigningMarkTest, AgreesWithTheStoreThatItWasWrittenFor) {
  EXPECT_EQ(says(), MarkSays::kNone);
  EXPECT_TRUE(start().mark_now(store).ok());
  EXPECT_EQ(says(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WhoWasAskingWhenItEndedAsksAgain) {
  {
    SigningMark mark = start();
    ASSERT_TRUE(mark.mark_now(store).ok());
    ASSERT_TRUE(mark.ask_anew().ok());
    EXPECT_FALSE(mark.before_commit(store, LogState()).ok()) << "nothing is signed before it is written anew";
  }
  EXPECT_EQ(says(), MarkSays::kNone);
  {
    SigningMark mark = start();
    ASSERT_TRUE(mark.ask_anew().ok()) << "again, with this start";
  }
  EXPECT_EQ(says(), MarkSays::kNone);
  EXPECT_TRUE(start().mark_now(store).ok()) << "peers have answered";
  EXPECT_EQ(says(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WithoutAMarkThereIsNothingToTakeBack) {
  SigningMark mark = start();
  EXPECT_TRUE(mark.ask_anew().ok());
  EXPECT_EQ(mark.says(), MarkSays::kNone);
}

}  // namespace
}  // namespace koinon::test
