#include "node/http/accept.h"

#include <array>

#include <gtest/gtest.h>

namespace koinon::test::accept_test {
namespace {

constexpr std::array<std::string_view, 3> kOffers = {"text/html", "application/ld+json", "text/turtle"};

std::size_t chosen(std::string_view accept) { return preferred_type(accept, kOffers); }

TEST(Accept, TheHeaviestIsChosenAndOfEqualOnesTheFirst) {
  EXPECT_EQ(chosen("text/turtle"), 2U);
  EXPECT_EQ(chosen("text/turtle, application/ld+json"), 1U);
  EXPECT_EQ(chosen("text/turtle;q=0.9, application/ld+json;q=0.8"), 2U);
  EXPECT_EQ(chosen("TEXT/Turtle ; Q=1.000"), 2U);
}

TEST(Accept, WhatNamesATypeMostExactlyCounts) {
  EXPECT_EQ(chosen("*/*, text/html;q=0.1, application/*;q=0.2"), 2U);
  EXPECT_EQ(chosen("text/*;q=0.5, text/turtle;q=0, application/ld+json;q=0.4"), 0U);
}

TEST(Accept, WhoTakesNothingOfItOrSaysNothingGetsTheFirst) {
  for (const char* accept :
       {"", "*/*", "image/png", "text/turtle;q=0", "text/turtle;q=2", "turtle", ",;,", "*"})
    EXPECT_EQ(chosen(accept), 0U) << accept;
}

}  // namespace
}  // namespace koinon::test::accept_test
