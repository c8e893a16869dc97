// A crash of the memory store loses what was not durable, newest first, as SQLite's does.
#include <gtest/gtest.h>

#include "tests/storage/author.h"

namespace koinon::test {
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

}  // namespace
}  // namespace koinon::test
