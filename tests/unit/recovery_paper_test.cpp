// The paper with recovery words: what stands on it, and in its QR code.
#include "tools/recovery_paper.h"

#include <memory>
#include <regex>
#include <set>
#include <utility>

#include <gtest/gtest.h>
#include <qrencode.h>

#include "crypto/mnemonic.h"
#include "proto/base/encoding.h"

namespace koinon::test::recovery_paper_test {
namespace {

RecoveryPaper a_paper() {
  RecoveryPaper paper;
  paper.words = seed_to_words(Bytes(32, '\x5a'));
  paper.city = "Seoul";
  paper.name = "seoul.example";
  paper.log = LogId::from(Bytes(32, '\x07'));
  paper.made_at = {1'764'547'200'000};
  return paper;
}

std::string page_of(const RecoveryPaper& paper) {
  const auto page = recovery_paper_html(paper);
  EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().text());
  return page.ok() ? *page : "";
}

using Modules = std::set<std::pair<int, int>>;

Modules drawn(const std::string& page) {
  Modules out;
  const std::regex module("M(\\d+) (\\d+)h1v1h-1z");
  for (auto it = std::sregex_iterator(page.begin(), page.end(), module); it != std::sregex_iterator(); ++it)
    out.emplace(std::stoi((*it)[1]), std::stoi((*it)[2]));
  return out;
}

TEST(RecoveryPaper, HasTheWordsInTheirOrderAndSaysWhoseTheyAre) {
  const RecoveryPaper paper = a_paper();
  const std::string page = page_of(paper);
  for (const std::string& part : {std::string("Recovery words of Seoul"), std::string("seoul.example"),
                                  to_text(paper.log), std::string("2025-12-01")})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  std::string read;
  const std::regex cell("<li><span>(\\d+)</span><b>([a-z]+)</b></li>");
  int count = 0;
  for (auto it = std::sregex_iterator(page.begin(), page.end(), cell); it != std::sregex_iterator(); ++it) {
    EXPECT_EQ((*it)[1], std::to_string(++count));
    read += (read.empty() ? "" : " ") + std::string((*it)[2]);
  }
  EXPECT_EQ(count, 24);
  EXPECT_EQ(read, paper.words);
}

TEST(RecoveryPaper, TheCodeHoldsTheWordsAndHasAQuietZone) {
  const RecoveryPaper paper = a_paper();
  constexpr int kQuiet = 4;
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(paper.words.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  ASSERT_NE(code, nullptr);
  Modules expected;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) != 0) expected.emplace(x + kQuiet, y + kQuiet);
    }
  }
  const std::string page = page_of(paper);
  EXPECT_EQ(drawn(page), expected);
  const std::string size = std::to_string(code->width + 2 * kQuiet);
  EXPECT_NE(page.find("viewBox=\"0 0 " + size + " " + size + "\""), std::string::npos);
}

TEST(RecoveryPaper, NeedsNothingElse) {
  const std::string page = page_of(a_paper());
  for (const char* part :
       {"<script", "<link", "<img", "<iframe", "<form", "<a ", "url(", "@import", "://", "src=", "href="})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(RecoveryPaper, WhatACityIsCalledIsTextAlone) {
  RecoveryPaper paper = a_paper();
  paper.city = "<script>alert(1)</script> & \"Sons\"\xE2\x80\xAE";
  paper.name = "a\"><b>.example";
  const std::string page = page_of(paper);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>.example"), std::string::npos);
  EXPECT_EQ(page.find("\xE2\x80\xAE"), std::string::npos) << "it would turn the line round";
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;"), std::string::npos);
}

TEST(RecoveryPaper, TakesTwentyFourWordsAlone) {
  RecoveryPaper paper = a_paper();
  paper.words += " zoo";
  EXPECT_EQ(recovery_paper_html(paper).error().code, Code::kInvalidArgument);
  paper.words = "";
  EXPECT_EQ(recovery_paper_html(paper).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace koinon::test::recovery_paper_test
