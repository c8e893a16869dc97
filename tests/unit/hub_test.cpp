#include "node/delivery/hub.h"

#include <gtest/gtest.h>

namespace koinon::test::hub_test {
namespace {

// Whom a hub is told of, over failures and restarts: functional/test_outside.py.
TEST(Hub, ARecordStandsInTheFeedsOfItsTopicsAndOfAllAboveThem) {
  const std::set<std::string> expected = {"/feeds/all.atom",
                                          "/feeds/all.json",
                                          "/feeds/city/seoul.example~ab.atom",
                                          "/feeds/city/seoul.example~ab.json",
                                          "/feeds/topic/health.atom",
                                          "/feeds/topic/health.json",
                                          "/feeds/topic/health/testing.atom",
                                          "/feeds/topic/health/testing.json"};
  EXPECT_EQ(feeds_of("seoul.example~ab", {"health/testing"}), expected);
  EXPECT_EQ(feeds_of("seoul.example~ab", {"health/testing", "health"}), expected);
  EXPECT_EQ(feeds_of("seoul.example", {}).size(), 4U);
}

}  // namespace
}  // namespace koinon::test::hub_test
