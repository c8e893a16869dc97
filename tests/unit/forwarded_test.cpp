// Who sent a request, by what proxies write.
#include "node/text/forwarded.h"

#include <set>

#include <gtest/gtest.h>

namespace koinon::test::forwarded_test {
namespace {

std::string sender(std::string_view x_forwarded_for, std::string_view forwarded = {},
                   const std::string& peer = "127.0.0.1") {
  const std::set<std::string> proxies = {"127.0.0.1", "10.0.0.2", "2001:db8::2"};
  return sender_behind(peer, {x_forwarded_for, forwarded},
                       [&](const std::string& address) { return proxies.contains(address); });
}

TEST(PlainAddress, IsReadInEveryFormThatProxiesWrite) {
  for (const char* text :
       {"192.0.2.7", " 192.0.2.7\t", "192.0.2.7:51234", "\"192.0.2.7\"", "\"192.0.2.7:80\"",
        "::ffff:192.0.2.7", "[::ffff:192.0.2.7]:443", "\"[::ffff:c000:207]\""})
    EXPECT_EQ(plain_address(text), "192.0.2.7") << text;
  for (const char* text : {"2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443", "\"[2001:DB8:0:0::7]:_port\"",
                           "2001:db8::7%eth0", "[2001:db8::7%25eth0]:1"})
    EXPECT_EQ(plain_address(text), "2001:db8::7") << text;
  for (const std::string text : {"", " ", "unknown", "_hidden", "\"_SEVKISEK\"", "example.org", "192.0.2",
                                 "[2001:db8::7", "192.0.2.7 203.0.113.1", "<script>", "\"", "[]", ":80"})
    EXPECT_EQ(plain_address(text), "") << text;
  EXPECT_EQ(plain_address(std::string(1 << 20, '1')), "");
}

TEST(Forwarded, OnlyProxiesOfOursAreBelieved) {
  EXPECT_EQ(sender("203.0.113.5", "for=203.0.113.5", "198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(sender(""), "127.0.0.1");
  EXPECT_EQ(sender("203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(sender("203.0.113.5, 198.51.100.9"), "198.51.100.9") << "what stands before it anybody can write";
  EXPECT_EQ(sender("203.0.113.5, 198.51.100.9, 10.0.0.2"), "198.51.100.9") << "through two of ours";
  EXPECT_EQ(sender("203.0.113.5, [2001:db8::2]:443,10.0.0.2:80"), "203.0.113.5");
}

TEST(Forwarded, WhatSaysNothingLeavesTheProxyThatSaidIt) {
  EXPECT_EQ(sender("unknown"), "127.0.0.1");
  EXPECT_EQ(sender("203.0.113.5, unknown"), "127.0.0.1") << "nobody vouches for what stands before";
  EXPECT_EQ(sender(kProxySocket), "127.0.0.1") << "that is no address, and nobody can write it";
  EXPECT_EQ(sender("unknown, 198.51.100.9"), "198.51.100.9");
  EXPECT_EQ(sender("203.0.113.5, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(sender("<script>, 198.51.100.9"), "198.51.100.9");
  EXPECT_EQ(sender(" , 198.51.100.9 ,, "), "198.51.100.9") << "empty elements are none";
}

TEST(Forwarded, TheStandardsHeaderIsReadWhereItIsTheOnlyOne) {
  EXPECT_EQ(sender("", "for=192.0.2.43"), "192.0.2.43");
  EXPECT_EQ(sender("", "For=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
  EXPECT_EQ(sender("", "for=192.0.2.60;proto=http;by=203.0.113.43"), "192.0.2.60");
  EXPECT_EQ(sender("", "by=203.0.113.43 ; proto=\"a,b;for=6.6.6.6\" ; FOR = 192.0.2.60"), "192.0.2.60");
  EXPECT_EQ(sender("", "for=192.0.2.43, for=198.51.100.17"), "198.51.100.17");
  EXPECT_EQ(sender("", "for=192.0.2.43,for=\"[2001:db8::2]\";host=x, for=10.0.0.2"), "192.0.2.43");
  EXPECT_EQ(sender("", "for=\"\\1\\92.0.2.43\""), "192.0.2.43");
  EXPECT_EQ(sender("198.51.100.9", "for=203.0.113.5"), "198.51.100.9");
  for (const char* nobody :
       {"for=unknown", "for=_hidden", "for=\"_hidden:80\"", "proto=https", "by=192.0.2.1"})
    EXPECT_EQ(sender("", nobody), "127.0.0.1") << nobody;
}

TEST(Forwarded, HalfAQuotationHidesNobodyBehindAnother) {
  for (const char* forged :
       {"for=6.6.6.6, for=\", for=198.51.100.9", "for=6.6.6.6, for=\", for=\"[2001:db8::9]\"",
        "for=6.6.6.6;x=\"\\", "=, for", "for=6.6.6.6 7, for=198.51.100.9", "for"})
    EXPECT_EQ(sender("", forged), "127.0.0.1") << forged;
  std::string large;
  for (int i = 0; i < 20'000; ++i) large += "for=\"[2001:db8::2]\", ";
  EXPECT_EQ(sender("", large), "2001:db8::2");
}

}  // namespace
}  // namespace koinon::test::forwarded_test
