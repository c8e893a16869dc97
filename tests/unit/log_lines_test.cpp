// Lines that programs read: those of the daemon's log, and those of the access log.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/daemon/access_log.h"
#include "node/daemon/daemon_log.h"

namespace koinon::test::log_lines_test {
namespace {
namespace json = boost::json;

json::object read(const std::string& line) {
  EXPECT_EQ(line.find('\n'), std::string::npos);
  return json::parse(line).as_object();
}

TEST(LogLines, HaveTheirEventAndNumbersAsNumbers) {
  const json::object line = read(log_line_json("info", "2020-03-06T09:00:00Z", log_event::kServing, "serving",
                                               {{"city", "seoul.example"},
                                                {"peer_port", std::uint16_t{8470}},
                                                {"entries", std::uint64_t{5'000'000'000}},
                                                {"now", true}}));
  EXPECT_EQ(line.at("event"), "node.serving");
  EXPECT_EQ(line.at("peer_port"), 8470);
  EXPECT_EQ(line.at("entries"), 5'000'000'000);
  EXPECT_EQ(line.at("now"), true);
  EXPECT_EQ(line.at("city"), "seoul.example");
}

TEST(LogLines, AreJsonWhateverPeersSay) {
  const json::object line =
      read(log_line_json("info", "t", log_event::kConnected, "a\nb", {{"agent", "\xff\xfe\x1b[2J"}}));
  EXPECT_EQ(line.at("message"), "a\nb");
  EXPECT_EQ(line.at("agent"), "??\x1b[2J");
}

TEST(LogLines, OfTextStayOneLineAndStartNoEscape) {
  EXPECT_EQ(log_printable("seoul.example\ninfo: signed\r\x1b[2J\x7f\t."), "seoul.example info: signed [2J .");
  // The control sequence introducer in one character, and the override that turns what follows around.
  EXPECT_EQ(log_printable("a\u009b2Jb\u202ec\u2028d"), "a2Jbc d");
  EXPECT_EQ(log_printable("not UTF-8 \xff\x9b."), "not UTF-8 ??.");
  EXPECT_EQ(log_printable("\u041c\u0438\u043b\u0430\u043d"), "\u041c\u0438\u043b\u0430\u043d");
}

Exchange exchange() {
  Exchange out;
  out.method = "GET";
  out.route = "getRecord";
  out.target = "/api/v1/records/seoul.example/2";
  out.address = "192.0.2.7";
  out.who = "press";
  out.agent = "curl/7.88";
  out.status = 200;
  out.bytes = 5120;
  out.took = std::chrono::milliseconds(250);
  return out;
}
constexpr UnixMillis kAt{1'583'485'200'000};  // 2020-03-06T09:00:00Z

TEST(AccessLog, IsCombinedAsApacheWritesIt) {
  EXPECT_EQ(access_line_combined(exchange(), kAt),
            "192.0.2.7 - press [06/Mar/2020:09:00:00 +0000] \"GET /api/v1/records/seoul.example/2 "
            "HTTP/1.1\" 200 5120 \"-\" \"curl/7.88\"");
}

TEST(AccessLog, SaysNothingOfWhatIsNotKnown) {
  Exchange nobody;
  nobody.status = 400;
  EXPECT_EQ(access_line_combined(nobody, kAt),
            "unix - - [06/Mar/2020:09:00:00 +0000] \"-\" 400 - \"-\" \"-\"");
}

TEST(AccessLog, WhatAnybodySendsStaysBetweenItsQuotes) {
  Exchange sly = exchange();
  sly.agent = "a\" 200 1 \"-\" \"b\n\x1b[2J\xff\\";
  EXPECT_TRUE(
      access_line_combined(sly, kAt).ends_with("\"a\\\" 200 1 \\\"-\\\" \\\"b\\x0a\\x1b[2J\\xff\\\\\""))
      << access_line_combined(sly, kAt);
  const json::object line = read(access_line_json(sly, kAt));
  EXPECT_EQ(line.at("from"), "192.0.2.7");
}

TEST(AccessLog, IsJsonWithNumbers) {
  Exchange over_unix = exchange();
  over_unix.address.clear();
  over_unix.uid = 1000;
  const json::object line = read(access_line_json(over_unix, kAt));
  EXPECT_EQ(line.at("event"), "http.request");
  EXPECT_EQ(line.at("status"), 200);
  EXPECT_EQ(line.at("bytes"), 5120);
  EXPECT_EQ(line.at("seconds"), 0.25);
  EXPECT_EQ(line.at("from"), "unix");
  EXPECT_EQ(line.at("uid"), 1000);
}

}  // namespace
}  // namespace koinon::test::log_lines_test
