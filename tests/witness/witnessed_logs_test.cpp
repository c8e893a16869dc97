// Lists of logs, as networks of witnesses publish them.
#include "node/witness/witnessed_logs.h"

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "proto/base/limits.h"

namespace koinon::test::witnessed_logs_test {
namespace {

class WitnessedLogsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  static VKey key(const std::string& name) {
    return {name, SignatureType::kEd25519, SigningKey::generate().public_key()};
  }
  WitnessedLogs logs;
};

// The example of the format's description, with keys that are keys.
TEST_F(WitnessedLogsTest, AListOfTheNetworkIsRead) {
  const VKey foo = key("tlog.foo.org"), bar = key("signer.bar.org");
  const auto warnings = logs.add_list(
      "# list header\nlogs/v0\nrevision 2\n\n# 1st list item -- foo's public log\norigin "
      "tlog.foo.org\nvkey " +
      foo.text() +
      "\nbastion https://bastion.tlog.foo.org/\nqpd 86400\ncontact https://tlog.foo.org/contact\n\n"
      "# 2nd list item -- bar's serverless log\norigin bar.org/serverless log\nvkey " +
      bar.text() + "\nbastion none\nqpd 24\ncontact sysadmin (at) bar.org\n");
  EXPECT_TRUE(warnings.empty()) << warnings.front();
  EXPECT_EQ(logs.size(), 2U);
  ASSERT_NE(logs.find("tlog.foo.org"), nullptr);
  EXPECT_EQ(logs.find("tlog.foo.org")->keys, std::vector{foo});
  EXPECT_EQ(logs.find("tlog.foo.org")->per_day, 86'400U);
  ASSERT_NE(logs.find("bar.org/serverless log"), nullptr);
  EXPECT_EQ(logs.find("bar.org/serverless log")->keys, std::vector{bar});
  EXPECT_EQ(logs.find("signer.bar.org"), nullptr);
}

TEST_F(WitnessedLogsTest, WithoutAnOriginItIsTheNameOfTheKey) {
  const VKey one = key("one.example"), two = key("two.example");
  EXPECT_TRUE(logs.add_list("vkey " + one.text() + "\r\nvkey " + two.text()).empty());
  ASSERT_NE(logs.find("one.example"), nullptr);
  ASSERT_NE(logs.find("two.example"), nullptr);
  EXPECT_EQ(logs.find("two.example")->keys, std::vector{two});
}

TEST_F(WitnessedLogsTest, ALogMayHaveSeveralKeys) {
  const VKey old_key = key("log.example"), new_key = key("log.example");
  EXPECT_TRUE(logs.add_list("origin o\nvkey " + old_key.text() + "\nvkey " + new_key.text() + "\nvkey " +
                            old_key.text())
                  .empty());
  EXPECT_EQ(logs.find("o")->keys, (std::vector{old_key, new_key}));
}

TEST_F(WitnessedLogsTest, WithoutAnEmptyLineASecondOriginBeginsAnotherLog) {
  const VKey one = key("one.example"), two = key("two.example");
  EXPECT_TRUE(
      logs.add_list("origin 1\nvkey " + one.text() + "\norigin 2\nvkey " + two.text() + "\nqpd 5\n").empty());
  EXPECT_EQ(logs.find("1")->keys, std::vector{one});
  EXPECT_EQ(logs.find("1")->per_day, 0U);
  EXPECT_EQ(logs.find("2")->keys, std::vector{two});
  EXPECT_EQ(logs.find("2")->per_day, 5U);
}

TEST_F(WitnessedLogsTest, WhatIsNotUnderstoodIsToldAndSkipped) {
  const VKey good = key("good.example"), cosigner{"c", SignatureType::kCosignatureV1, good.key};
  const auto warnings =
      logs.add_list("logs/v9\n\norigin good.example\ncolour blue\nvkey " + good.text() +
                    "\nqpd many\n\norigin no-key\n\nvkey nonsense\n\nvkey " + cosigner.text() +
                    "\n\norigin \nvkey " + key("meant-for-another").text() + "\n");
  EXPECT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs.find("good.example")->keys, std::vector{good});
  ASSERT_EQ(warnings.size(), 7U);
  EXPECT_TRUE(warnings[0].starts_with("line 1: ")) << warnings[0];
  EXPECT_TRUE(warnings[1].starts_with("line 4: ")) << warnings[1];
}

// Whoever writes a second list must not sign for a log of the first.
TEST_F(WitnessedLogsTest, ASecondListBringsNoKeyForALogThatStands) {
  const VKey first = key("log.example"), second = key("log.example");
  EXPECT_TRUE(logs.add_list("vkey " + first.text()).empty());
  EXPECT_TRUE(logs.add_list("vkey " + first.text()).empty()) << "the same again is no news";
  EXPECT_EQ(logs.add_list("vkey " + second.text()).size(), 1U);
  EXPECT_EQ(logs.find("log.example")->keys, std::vector{first});
}

TEST_F(WitnessedLogsTest, WarningsAndKeysAreBounded) {
  std::string list = "origin o\n";
  for (std::size_t i = 0; i < limits::kWitnessKeys + 1; ++i) list += "vkey " + key("o").text() + "\n";
  EXPECT_EQ(logs.add_list(list).size(), 1U);
  EXPECT_EQ(logs.find("o")->keys.size(), limits::kWitnessKeys);
  std::string nonsense;
  for (int i = 0; i < 1000; ++i) nonsense += "nonsense\n";
  const auto warnings = logs.add_list(nonsense);
  EXPECT_EQ(warnings.size(), limits::kWitnessWarnings + 1);
  EXPECT_EQ(warnings.back(), "and 980 more");
}

}  // namespace
}  // namespace koinon::test::witnessed_logs_test
