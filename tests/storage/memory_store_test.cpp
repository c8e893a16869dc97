// A crash of the memory store loses what was not durable, newest first, as SQLite's does.
#include <gtest/gtest.h>

#include "tests/storage/author.h"

namespace koinon::test::memory_store_test {
namespace {

TEST(MemoryStoreCrash, LosesASuffixOfWhatWasNotDurable) {
  ASSERT_TRUE(init_crypto().ok());
  Author author;
  for (int i = 0; i < 3; ++i) author.say(note(std::to_string(i)));
  MemoryStore store(MemoryStore::Options{});
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(store.begin(i == 0).ok());
    ASSERT_TRUE(store.append_run(author.run(i, i + 1, BodyState::kNotHeld)).ok());
    ASSERT_TRUE(store.commit().ok());
  }
  store.crash(1);
  EXPECT_EQ(store.log_state(author.log.id())->range.size(), TreeSize(2));
  store.crash(5);
  EXPECT_EQ(store.log_state(author.log.id())->range.size(), TreeSize(2))
      << "what was there after a crash is durable";
}

// A rollback of the folder, as the simulator makes it: with what is durable, again and again, over crashes.
TEST(MemoryStoreCopy, IsPutBackWithWhatWasDurable) {
  ASSERT_TRUE(init_crypto().ok());
  Author author;
  for (int i = 0; i < 5; ++i) author.say(note(std::to_string(i)));
  MemoryStore store(MemoryStore::Options{});
  const auto append = [&](std::uint64_t from, std::uint64_t to, bool durable) {
    ASSERT_TRUE(store.begin(durable).ok());
    ASSERT_TRUE(store.append_run(author.run(from, to, BodyState::kNotHeld)).ok());
    ASSERT_TRUE(store.commit().ok());
  };
  const auto held = [&] { return store.log_state(author.log.id())->range.size().value; };
  EXPECT_FALSE(store.put_back()) << "no copy was kept";
  append(0, 2, false);
  store.keep_copy();
  append(2, 3, true);
  append(3, 4, false);
  store.crash(1);
  EXPECT_EQ(held(), 3U);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(held(), 2U);
  const std::size_t epochs = store.epochs()->size();
  append(2, 5, false);
  ASSERT_TRUE(store.put_back()) << "the copy stays";
  EXPECT_EQ(held(), 2U);
  EXPECT_EQ(store.epochs()->size(), epochs) << "the lost start's epoch is gone, and another one has begun";
  store.crash(5);
  EXPECT_EQ(held(), 2U) << "what was put back is durable";
}

}  // namespace
}  // namespace koinon::test::memory_store_test
