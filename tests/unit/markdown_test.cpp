// What others wrote, before it is shown: nothing of it may act, hide or pretend.
#include "node/text/markdown.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/text/plain_text.h"

namespace koinon::test {
namespace {

TEST(Markdown, KeepsWhatPeopleWrite) {
  EXPECT_EQ(markdown_html("# A\n\n*b* and [c](https://d.example/e?f=1)\n"),
            "<h1>A</h1>\n<p><em>b</em> and <a href=\"https://d.example/e?f=1\">c</a></p>\n");
  EXPECT_EQ(markdown_html("[mail](mailto:press@city.example)"),
            "<p><a href=\"mailto:press@city.example\">mail</a></p>\n");
}

TEST(Markdown, RawHtmlIsShownAsItWasTyped) {
  for (const char* text :
       {"<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<!-- <b> -->",
        "<svg onload=alert(1)>", "<iframe src=https://x.example>", "`a` <style>*{}</style>"}) {
    const std::string html = markdown_html(text);
    for (const char* tag : {"<script", "<img", "<svg", "<iframe", "<style", "<b>"}) {
      EXPECT_EQ(html.find(tag), std::string::npos) << html;
    }
  }
  EXPECT_EQ(markdown_html("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n");
  EXPECT_EQ(markdown_html("<div>\nd\n</div>\n\ne"), "<p>&lt;div&gt;\nd\n&lt;/div&gt;</p>\n<p>e</p>\n");
}

TEST(Markdown, LinksThatWouldActKeepTheirTextAlone) {
  for (const char* url :
       {"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
        "//x.example/", "/local", "https:", "http://", "jav&#x09;ascript:alert(1)", "\\x01javascript:x"}) {
    const std::string html = markdown_html("[text](" + std::string(url) + ")");
    EXPECT_EQ(html.find("href"), std::string::npos) << url << ": " << html;
    EXPECT_NE(html.find("text"), std::string::npos) << html;
  }
  EXPECT_EQ(markdown_html("<javascript:alert(1)>").find("href"), std::string::npos);
}

TEST(Markdown, ImagesAreLinksSoThatNobodysServerIsCalled) {
  EXPECT_EQ(markdown_html("![map](https://x.example/map.png)"),
            "<p><a href=\"https://x.example/map.png\">map</a></p>\n");
  EXPECT_EQ(markdown_html("[![map](https://x.example/a.png)](https://y.example)"),
            "<p><a href=\"https://y.example\">map</a></p>\n");
  EXPECT_EQ(markdown_html("![map](data:image/svg+xml,x)"), "<p>map</p>\n");
}

TEST(PlainText, LosesWhatHidesOrReorders) {
  EXPECT_EQ(plain_line("a\u202Egnp.exe\u2066b\u2069\u200F\u061C"), "agnp.exeb");
  EXPECT_EQ(plain_line("a\r\nBcc: x\x01\x1b[31m\x7f\u0085"), "a Bcc: x[31m");
  EXPECT_EQ(plain_line("\uFEFFa\U000E0041\u2028b"), "ab");
  EXPECT_EQ(plain_text("a\nb"), "a\nb");
  EXPECT_EQ(plain_line("\xff\xfe"), "");
  EXPECT_EQ(plain_line("한국어 العربية ไทย"), "한국어 العربية ไทย");
}

RC_GTEST_PROP(Markdown, NoTextBecomesAScriptOrAnAttributeOfItsOwn, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "<", ">", "\"", "'", "[", "]", "(", ")", "!", "javascript:", "https://x.example", "script",
      "onerror=", "\n", "`", "&lt;", "<a href=", "\u202E", "\x01", "*", "    "));
  std::string text;
  for (const auto& part : parts) text += part;
  const std::string html = markdown_html(text);
  RC_ASSERT(html.find("<script") == std::string::npos);
  RC_ASSERT(html.find("href=\"javascript") == std::string::npos);
  RC_ASSERT(html.find("\u202E") == std::string::npos);
  RC_ASSERT(html.find('\x01') == std::string::npos);
}

}  // namespace
}  // namespace koinon::test
