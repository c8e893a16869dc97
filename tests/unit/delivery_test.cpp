// What is sent: signatures by published vectors, addresses that are refused, mail that stays one mail.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "crypto/hmac.h"
#include "node/delivery/address_policy.h"
#include "node/delivery/announcer.h"
#include "node/delivery/mail_message.h"
#include "node/delivery/webhook_message.h"
#include "proto/base/encoding.h"

namespace koinon::test::delivery_test {
namespace {

// RFC 4231, test cases 1, 2 and 6.
TEST(Hmac, PublishedVectors) {
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// The example of the Standard Webhooks libraries.
TEST(Webhook, IsSignedAsStandardWebhooksHasIt) {
  const auto secret = from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(webhook_secret_text(*secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto headers =
      webhook_headers(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", {1614265330'000}, "{\"test\": 2432232314}");
  EXPECT_EQ(headers.back(), "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

bool is_public(const char* text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return is_public_address(reinterpret_cast<sockaddr&>(v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return is_public_address(reinterpret_cast<sockaddr&>(v6));
}

TEST(AddressPolicy, OnlyTheWholeInternetsAddresses) {
  for (const char* ours : {"127.0.0.1",
                           "127.9.9.9",
                           "10.0.0.1",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "0.0.0.0",
                           "0.1.2.3",
                           "224.0.0.1",
                           "255.255.255.255",
                           "198.18.0.1",
                           "192.0.2.1",
                           "::1",
                           "::",
                           "fe80::1",
                           "fd00::1",
                           "fc00::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::127.0.0.1",
                           "2002:7f00:1::",
                           "2002:a00:1::",
                           "2001:db8::1",
                           "2001::1"}) {
    EXPECT_FALSE(is_public(ours)) << ours;
  }
  for (const char* everybodys : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.169.0.1",
                                 "2606:4700::1111", "64:ff9b::8.8.8.8", "2a00:1450::1"}) {
    EXPECT_TRUE(is_public(everybodys)) << everybodys;
  }
}

TEST(Mail, AHeaderStaysOneHeader) {
  EXPECT_EQ(header_field("Subject", "Hello"), "Subject: Hello\r\n");
  EXPECT_EQ(header_field("Subject", "a\r\nBcc: everybody@example"), "Subject: a Bcc: everybody@example\r\n");
  const std::string korean =
      header_field("Subject", "감염병 드라이브스루 검사소를 열었습니다. 무엇을 배웠는가");
  for (std::size_t at = korean.find("\r\n"); at != std::string::npos; at = korean.find("\r\n", at + 2)) {
    EXPECT_TRUE(at + 2 == korean.size() || korean[at + 2] == ' ') << korean;
  }
  EXPECT_EQ(header_field("Subject", "=?UTF-8?B?x?=").find("=?UTF-8?B?x?="), std::string::npos);
}

TEST(Mail, NothingOfOthersActsInIt) {
  MailContent content;
  content.from = "koinon@seoul.example";
  content.from_name = "seoul.example";
  content.to = "press@seoul.example";
  content.subject = "New";
  content.unsubscribe = "https://seoul.example/unsubscribe/x";
  content.message_id = "a@b";
  content.items.push_back({"<script>alert(1)</script>\u202E", "la.example", "practice", "https://x.example/1",
                           "[go](javascript:alert(1)) <img src=x onerror=y>\r\n.\r\nQUIT", "en"});
  const std::string mail = mail_message(content);
  EXPECT_EQ(mail.find("\r\n.\r\n"), std::string::npos);
  std::string decoded;
  for (auto at = mail.find("base64\r\n\r\n"); at != std::string::npos;
       at = mail.find("base64\r\n\r\n", at + 1)) {
    std::string part = mail.substr(at + 10, mail.find("--=_", at) - at - 10);
    std::erase(part, '\r');
    std::erase(part, '\n');
    const auto bytes = from_base64(part);
    ASSERT_TRUE(bytes.ok());
    decoded += *bytes;
  }
  EXPECT_NE(decoded.find("&lt;script&gt;"), std::string::npos);
  for (const char* bad : {"javascript:alert", "\u202E"}) {
    EXPECT_EQ(decoded.find(bad), std::string::npos) << bad << decoded;
  }
  // In the plain part it is text; in the HTML part it is escaped.
  for (const char* tag : {"<script", "<img"}) {
    EXPECT_EQ(decoded.find(tag, decoded.find("<!doctype")), std::string::npos) << tag << decoded;
  }
}

TEST(Mail, TheDateIsThatOfTheOfficesClocks) {
  MailContent content;
  content.date = UnixMillis{1'778'112'000'000};  // 2026-05-07T00:00:00Z
  for (const auto& [zone, date] : {std::pair("Asia/Seoul", "Thu, 07 May 2026 09:00:00 +0900"),
                                   std::pair("America/St_Johns", "Wed, 06 May 2026 21:30:00 -0230"),
                                   std::pair("UTC", "Thu, 07 May 2026 00:00:00 +0000")}) {
    content.zone = TimeZone::find(zone).value_or(TimeZone());
    EXPECT_NE(mail_message(content).find("\r\nDate: " + std::string(date) + "\r\n"), std::string::npos)
        << zone;
  }
}

TEST(Mail, EachTextSaysItsLanguageAndDirection) {
  MailContent content;
  content.items.push_back({"ظلال \u202E", "la.example", "practice", "https://x.example/1",
                           "# أشجار\n\n|a|b|\n|-|-|\n|1|2|", "ar"});
  content.items.push_back({"", "la.example", "question", "https://x.example/2", "b", "no tag"});
  const std::string mail = mail_message(content);
  const auto at = mail.find("base64\r\n\r\n", mail.find("text/html")) + 10;
  std::string part = mail.substr(at, mail.find("--=_", at) - at);
  std::erase(part, '\r');
  std::erase(part, '\n');
  const auto html = from_base64(part);
  ASSERT_TRUE(html.ok());
  for (const char* wanted :
       {"<html lang=\"en\">", "<h2 lang=\"ar\" dir=\"auto\"><a href=\"https://x.example/1\">ظلال </a></h2>",
        "<div lang=\"ar\" dir=\"rtl\"><h3>أشجار</h3>", "<td>1</td>",
        "<h2><a href=\"https://x.example/2\">A question</a></h2>", "<div dir=\"auto\"><p>b</p>"}) {
    EXPECT_NE(html->find(wanted), std::string::npos) << wanted << *html;
  }
}

TEST(Mail, ASubjectThatIsCutWithinAFlagHidesNothing) {
  const std::string wales = "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F";
  const std::string whole = header_field("Subject", wales);
  EXPECT_EQ(whole, header_field("Subject", wales + "\u202E"));
  EXPECT_EQ(header_field("Subject", std::string(190, 'a') + wales),
            header_field("Subject", std::string(190, 'a') + "\U0001F3F4"));
}

TEST(Digest, GoesOutAtItsHourAndNotAtOnce) {
  constexpr std::int64_t kHour = 3'600'000;
  const UnixMillis noon{20'000LL * 24 * kHour + 12 * kHour};
  EXPECT_EQ(digest_time(noon, 1, 6, {}).value, 20'001LL * 24 * kHour + 6 * kHour);
  EXPECT_EQ(digest_time(noon, 7, 6, {}).value, 20'007LL * 24 * kHour + 6 * kHour);
  EXPECT_EQ(digest_time({noon.value - 11 * kHour}, 1, 6, {}).value, 20'001LL * 24 * kHour + 6 * kHour);
}

TEST(Digest, ItsHourIsThatOfTheCitysClocks) {
  const auto due = [](const char* name, const char* now, unsigned days, unsigned hour) {
    const TimeZone zone = TimeZone::find(name).value_or(TimeZone());
    return zone.local_text(digest_time(zone.read_local(now).value_or(UnixMillis{}), days, hour, zone));
  };
  EXPECT_EQ(due("Asia/Seoul", "2026-05-07T12:00", 1, 6), "2026-05-08T06:00");
  EXPECT_EQ(due("Asia/Seoul", "2026-05-07T20:00", 1, 6), "2026-05-09T06:00");
  EXPECT_EQ(due("America/Los_Angeles", "2026-05-07T17:30", 7, 6), "2026-05-14T06:00");
  // The days on which clocks are put forward and back.
  EXPECT_EQ(due("Europe/Rome", "2026-03-28T06:00", 1, 6), "2026-03-29T06:00");
  EXPECT_EQ(due("Europe/Rome", "2026-03-28T06:00", 1, 2), "2026-03-29T03:00") << "there is no two o'clock";
  EXPECT_EQ(due("Europe/Rome", "2026-10-24T12:30", 1, 0), "2026-10-26T00:00");
  EXPECT_EQ(due("America/Santiago", "2026-04-04T11:00", 1, 23), "2026-04-04T23:00");
}

}  // namespace
}  // namespace koinon::test::delivery_test
