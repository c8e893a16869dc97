// How the address of a request is read, and what is said of one that cannot be.
#include "node/http/request_reader.h"

#include <gtest/gtest.h>

namespace koinon::test::request_reader_test {
namespace {

HttpRequest read(const std::string& target) {
  boost::beast::http::request_header<> raw;
  raw.method(boost::beast::http::verb::get);
  raw.target(target);
  auto out = read_http_request(raw, "192.0.2.1");
  EXPECT_TRUE(out.ok()) << target;
  return out.ok() ? *out : HttpRequest();
}

TEST(RequestAddress, IsReadDecoded) {
  const HttpRequest request = read("/api/v1/topics/%C3%A9t%C3%A9?q=a+b%20c&q=last");
  EXPECT_FALSE(request.fault);
  EXPECT_EQ(request.path, (std::vector<std::string>{"api", "v1", "topics", "été"}));
  EXPECT_FALSE(read("/").fault);
  EXPECT_EQ(read("/").path, std::vector<std::string>{""});
}

TEST(RequestAddress, WhatIsToBePercentEncodedIsSaidToBe) {
  for (const char* target :
       {"/search?q=été", "/città", "/a\"b", "/a<b>", "/a|b", "/a\\b", "/a%", "/a%4", "/a%zz", "/a#b",
        "/caf%E9", "/?q=caf%E9", "/?caf%E9=1", "/\xff", "/\xe2\x80\xae"}) {
    const HttpRequest request = read(target);
    ASSERT_TRUE(request.fault) << target;
    EXPECT_EQ(request.fault->id, "address.encode") << target;
    EXPECT_NE(request.fault->message.find("percent-encode"), std::string::npos);
    EXPECT_EQ(request.path, std::vector<std::string>{""}) << target;
    EXPECT_TRUE(request.query.empty()) << target;
  }
}

TEST(RequestAddress, WhatNobodyMeansIsUnreadable) {
  for (const char* target : {"/a/%00", "/%2e%2e/x", "/%2E", "http://evil.example/", "*", "a"}) {
    const HttpRequest request = read(target);
    ASSERT_TRUE(request.fault) << target;
    EXPECT_EQ(request.fault->id, "address.unreadable") << target;
  }
}

}  // namespace
}  // namespace koinon::test::request_reader_test
