// An idle node gives memory back, once, and goes on as before.
#include "node/daemon/idle_memory.h"

#include <array>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

namespace koinon::test::idle_memory_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(IdleRule, AfterTheStartItIsTimeAtTheFirstLookInWhichNothingWasDone) {
  IdleRule rule(seconds(5));
  EXPECT_FALSE(rule.is_time(seconds(9))) << "it worked";
  EXPECT_TRUE(rule.is_time(seconds(9) + milliseconds(20)));
}

TEST(IdleRule, WhatIdleThreadsDoIsNoReasonToGiveBackAgain) {
  IdleRule rule(seconds(0));
  EXPECT_TRUE(rule.is_time(milliseconds(10)));
  for (int look = 2; look < 50; ++look) EXPECT_FALSE(rule.is_time(milliseconds(10) * look)) << look;
}

TEST(IdleRule, AfterWorkItIsTimeOnceTheWorkIsDone) {
  IdleRule rule(seconds(0));
  ASSERT_TRUE(rule.is_time(milliseconds(10)));
  EXPECT_FALSE(rule.is_time(seconds(20))) << "a catch-up is under way";
  EXPECT_FALSE(rule.is_time(seconds(40))) << "it still is";
  EXPECT_TRUE(rule.is_time(seconds(40) + milliseconds(5)));
  EXPECT_FALSE(rule.is_time(seconds(40) + milliseconds(10)));
}

// Of files, in kB: the code of this program and its libraries.
std::size_t mapped() {
  std::ifstream in("/proc/self/status");
  std::string word;
  while (in >> word) {
    std::size_t kilobytes = 0;
    if (word == "RssFile:" && in >> kilobytes) return kilobytes;
  }
  return 0;
}

int length_of(const std::string& text) { return static_cast<int>(text.size()); }
const std::string_view kWords = "read from the file of the program";
// The loader writes these addresses before it makes them read-only.
const std::array<int (*)(const std::string&), 2> kWays = {length_of, [](const std::string&) { return 7; }};

TEST(IdleMemory, CodeIsUnmappedAndTheProgramGoesOn) {
  const std::string kept(100'000, 'k');
  const std::size_t before = mapped();
  ASSERT_GT(before, 0U);
  std::thread other([] {
    for (int round = 0; round < 20; ++round) give_memory_back();
  });
  for (int round = 0; round < 20; ++round) {
    give_memory_back();
    EXPECT_EQ(kWays.at(0)(kept), 100'000);
    EXPECT_EQ(kWays.at(1)(kept), 7);
    EXPECT_EQ(kWords, "read from the file of the program");
    EXPECT_THROW(throw std::runtime_error("tables of exceptions are read again"), std::runtime_error);
  }
  other.join();
  give_memory_back();
  EXPECT_LT(mapped(), before);
  EXPECT_EQ(kept, std::string(100'000, 'k'));
}

}  // namespace
}  // namespace koinon::test::idle_memory_test
