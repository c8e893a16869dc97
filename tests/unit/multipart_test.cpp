#include "node/http/multipart.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::multipart_test {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=AaB03x";

std::string part(const std::string& head, const std::string& content) {
  return "--AaB03x\r\n" + head + "\r\n\r\n" + content + "\r\n";
}

std::string field(const std::string& name, const std::string& content) {
  return part("Content-Disposition: form-data; name=\"" + name + "\"", content);
}

}  // namespace

// As RFC 7578 and RFC 2388 show it.
TEST(Multipart, ReadsFieldsAndFiles) {
  const auto parts = read_multipart(
      "--AaB03x\r\ncontent-disposition: form-data; name=\"field1\"\r\n\r\nJoe owes =80100.\r\n--AaB03x\r\n"
      "Content-Disposition: form-data; name=\"pics\"; filename=\"file1.txt\"\r\nContent-Type: "
      "text/plain\r\n\r\n--AaB03 \r\n\r\n --AaB03x\r\n--AaB03x--\r\n",
      kType);
  ASSERT_TRUE(parts.ok()) << parts.error().text();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "field1");
  EXPECT_EQ((*parts)[0].content, "Joe owes =80100.");
  EXPECT_FALSE((*parts)[0].is_file);
  EXPECT_TRUE((*parts)[1].is_file);
  EXPECT_EQ((*parts)[1].file_name, "file1.txt");
  EXPECT_EQ((*parts)[1].media_type, "text/plain");
  EXPECT_EQ((*parts)[1].content, "--AaB03 \r\n\r\n --AaB03x");
}

TEST(Multipart, NamesAreAsBrowsersWriteThem) {
  for (const auto& [written, meant] :
       std::vector<std::pair<std::string, std::string>>{{"a %22b%22.txt", "a \"b\".txt"},
                                                        {"C:\\papers\\plan.pdf", "plan.pdf"},
                                                        {"../../etc/passwd", "passwd"},
                                                        {"서울; name=x.txt", "서울; name=x.txt"},
                                                        {"", ""}}) {
    const auto parts = read_multipart(
        part("Content-Disposition: form-data; name=\"f\"; filename=\"" + written + "\"", "x") + "--AaB03x--",
        kType);
    ASSERT_TRUE(parts.ok()) << written;
    EXPECT_TRUE(parts->front().is_file);
    EXPECT_EQ(parts->front().name, "f");
    EXPECT_EQ(parts->front().file_name, meant);
  }
}

TEST(Multipart, WhatIsNoSuchFormIsRefused) {
  const std::string good = field("a", "b") + "--AaB03x--\r\n";
  ASSERT_TRUE(read_multipart(good, kType).ok());
  EXPECT_TRUE(read_multipart(good, "multipart/form-data; a=\"b;c\" ; d=e;boundary=AaB03x   ").ok());
  for (const std::string_view type :
       {"multipart/form-data", "multipart/form-data; a=b;   ",
        "multipart/form-data; boundary=", "text/plain; boundary=AaB03x",
        "multipart/form-data; boundary=other", "multipart/mixed; boundary=AaB03x"}) {
    EXPECT_FALSE(read_multipart(good, type).ok()) << type;
  }
  EXPECT_FALSE(read_multipart(good, "multipart/form-data; boundary=" + std::string(71, 'x')).ok());
  for (const std::string& body :
       {std::string(), std::string("--AaB03x"), good.substr(2), good.substr(0, good.size() - 4),
        part("Content-Type: text/plain", "x") + "--AaB03x--",
        part("Content-Disposition: form-data", "x") + "--AaB03x--",
        part("Content-Disposition: attachment; name=\"a\"", "x") + "--AaB03x--",
        part("Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"",
             "x") +
            "--AaB03x--",
        part("no header", "x") + "--AaB03x--", field("a\x01", "x") + "--AaB03x--",
        field("a", "\xff") + "--AaB03x--", field(std::string(5000, 'n'), "x") + "--AaB03x--"}) {
    EXPECT_FALSE(read_multipart(body, kType).ok()) << body.substr(0, 80);
  }
}

TEST(Multipart, HasALimitOfParts) {
  std::string body;
  for (std::size_t i = 0; i < limits::kFormParts; ++i) body += field("a", "");
  EXPECT_TRUE(read_multipart(body + "--AaB03x--", kType).ok());
  const auto more = read_multipart(body + field("a", "") + "--AaB03x--", kType);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().code, Code::kTooLarge);
}

RC_GTEST_PROP(Multipart, WhatWasPutInComesOut, (const std::vector<std::string>& contents)) {
  std::string body;
  for (std::size_t i = 0; i < std::min<std::size_t>(contents.size(), 50); ++i)
    body += part("Content-Disposition: form-data; name=\"f\"; filename=\"x\"", contents[i]);
  RC_PRE(!contents.empty());
  const auto parts = read_multipart(body + "--AaB03x--", kType);
  RC_ASSERT(parts.ok());
  for (std::size_t i = 0; i < parts->size(); ++i) RC_ASSERT((*parts)[i].content == contents[i]);
}

}  // namespace koinon::test::multipart_test
