#include "storage/postgres/portable.h"

#include <gtest/gtest.h>

namespace koinon::test::portable_test {

using postgres::of_portable;
using postgres::text_for_server;

TEST(Portable, ParametersAreNumbered) {
  const auto text = of_portable("SELECT a FROM t WHERE b = ? AND c > ? LIMIT ?");
  EXPECT_EQ(text.text, "SELECT a FROM t WHERE b = $1 AND c > $2 LIMIT $3");
  EXPECT_EQ(text.parameters, 3);
}

TEST(Portable, ANumberThatIsGivenStands) {
  const auto text = of_portable("UPDATE t SET a = ?2, b = ?1 WHERE c = ?2 AND d = ?");
  EXPECT_EQ(text.text, "UPDATE t SET a = $2, b = $1 WHERE c = $2 AND d = $3");
  EXPECT_EQ(text.parameters, 3);
}

TEST(Portable, WhatIsQuotedStays) {
  EXPECT_EQ(of_portable("SELECT '?', \"is?\" FROM t WHERE a = ?").text,
            "SELECT '?', \"is?\" FROM t WHERE a = $1");
  EXPECT_EQ(of_portable("SELECT 'it''s ?' || ?").text, "SELECT 'it''s ?' || $1");
  EXPECT_EQ(of_portable("SELECT 'open").text, "SELECT 'open");
}

TEST(Portable, TheNameOfAnIndexIsLeftOut) {
  EXPECT_EQ(of_portable("SELECT a FROM t INDEXED BY t_by_b WHERE b = ?").text,
            "SELECT a FROM t  WHERE b = $1");
}

TEST(Portable, ATextLosesWhatAServerDoesNotTake) {
  using std::string_view_literals::operator""sv;
  EXPECT_FALSE(text_for_server("Seúl 서울 \U0001F600"));
  EXPECT_FALSE(text_for_server(""));
  EXPECT_EQ(text_for_server("a\0é"sv), "a\uFFFDé");
  EXPECT_EQ(text_for_server("서울\xEC\x9A"), "서울\uFFFD\uFFFD") << "cut within a character";
  EXPECT_EQ(text_for_server("\xED\xA0\x80z"), "\uFFFD\uFFFD\uFFFDz") << "half of a pair";
}

}  // namespace koinon::test::portable_test
