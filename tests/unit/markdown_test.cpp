// What others wrote, before it is shown: nothing of it may act, hide or pretend.
#include "node/text/markdown.h"

#include <regex>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/reading/rendered_texts.h"
#include "node/text/plain_text.h"
#include "proto/base/limits.h"

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

std::string repeated(std::string_view seed, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += seed;
  return out;
}

// Each of these costs its parser the square of its length.
TEST(Markdown, WhatWouldCostTooMuchIsShownAsItWasWritten) {
  for (const std::string& text :
       {repeated("[a](<b\n", 1'000'000), repeated("**x [*b**c*](d\n", 1'000'000),
        repeated("[1]:u [1]\n", 1'000'000), repeated("- ", 500'000) + "a\n" + std::string(500'000, '\n'),
        repeated("1. ", 500'000) + "a\n" + std::string(500'000, '\n'), std::string(500'000, '>') + "\n\n",
        "[a]: http://" + std::string(400'000, 'u') + "\n\n" + repeated("[a] ", 500'000),
        "[a]: http://u \"" + std::string(20'000, 't') + "\"\n\n" + repeated("[a]\n\n", 225'000),
        repeated("a", limits::kMarkdownBytes + 1)}) {
    const MarkdownHtml rendered = render_markdown(text);
    EXPECT_TRUE(rendered.as_written) << text.substr(0, 20);
    EXPECT_TRUE(rendered.html.starts_with("<pre>"));
    EXPECT_LE(rendered.html.size(), 5 * limits::kWrittenBytes + 20);
    EXPECT_EQ(rendered.cut, text.size() > limits::kWrittenBytes);
    EXPECT_NE(markdown_html(text).find("shown as it was written"), std::string::npos);
    EXPECT_LE(markdown_text(text).size(), text.size());
  }
}

// Escapes and tags make a page several times as long as its text.
TEST(Markdown, NoTextBecomesMuchMoreThanItIs) {
  for (const char* seed : {"&", "<", ">", "\"", "_a_ ", "- a\n", "`a", "a\n=\n", "1. ", "a**b", "\\\n"}) {
    const std::string html = markdown_html(repeated(seed, 1'000'000));
    EXPECT_LE(html.size(), limits::kHtmlBytes + limits::kKiB) << seed;
    EXPECT_TRUE(html.find("beginning is shown") == std::string::npos ||
                html.find("\u2026</pre>") != std::string::npos);
  }
}

// A number for each line that is code.
std::vector<std::size_t> code_in(std::string_view text) {
  const auto code = markdown_code(text);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; code && i < code->lines.size(); ++i) {
    if (code->lines[i]) out.push_back(i);
  }
  return out;
}

TEST(MarkdownCode, IsWhatReadersSeeAsCode) {
  using Lines = std::vector<std::size_t>;
  EXPECT_EQ(code_in("a\n```\nb\n\nc\n```\nd"), (Lines{2, 4}));
  EXPECT_EQ(code_in("a\n\n    b\n\tc\n\nd"), (Lines{2, 3}));
  EXPECT_EQ(code_in("- a\n  ~~~\n  b\nc\n"), (Lines{2}));
  EXPECT_EQ(code_in("\u202E```\na\n"), (Lines{1})) << "nobody sees U+202E";
  EXPECT_EQ(code_in("[a]: <b>\n[\n```\n&lt;\n"), (Lines{3}));
  EXPECT_EQ(code_in(""), Lines());
  ASSERT_TRUE(markdown_code("a\n\n    b\n\nc\n\n```\n```\n").has_value());
  EXPECT_EQ(markdown_code("a\n\n    b\n\nc\n\n```\n```\n")->blocks, 2U);
  EXPECT_FALSE(markdown_code(repeated("> ", 4096)).has_value()) << "deeper than anybody writes";
}

// What costs a reader of whole Markdown too much costs nothing here: only lines and blocks are looked at.
TEST(MarkdownCode, IsFoundInTextsOfAnyShape) {
  for (const std::string_view seed : {"[a", "[a]: b\n", "<a", "*a **b _c\n", "`a``b```c", "- a\n", "\n",
                                      "> a\n", "a\n===\n", "***a", "&a;", "|a|\n", "1. a\n"}) {
    // Not longer: with strict_string_checks the sanitizer looks through all the rest at each call of strchr.
    const std::string text = repeated(seed, 64 * limits::kKiB) + "\n\n```\ncode\n";
    const auto code = markdown_code(text);
    ASSERT_TRUE(code.has_value()) << seed;
    EXPECT_TRUE(code->lines[code->lines.size() - 2]) << seed;
  }
}

TEST(Markdown, WhatPeopleWriteAtAnyLengthIsRendered) {
  const std::string paragraph =
      "We set up *three* sites, see [the plan](https://a.example/b) and `code`, <https://c.example>.\n"
      "It took ten days [^1] and worked, mostly (see [1] and [2]).\n\n";
  const std::string table = "+------+------+\n| a    | b    |\n+------+------+\n\n---\n\n- - -\n\n";
  std::string nested;
  for (int i = 0; i < 20; ++i) nested += std::string(static_cast<std::size_t>(2 * i), ' ') + "- item\n";
  for (const std::string& text :
       {repeated(paragraph, 1'000'000), repeated(table, 300'000), repeated(nested + "\n", 300'000),
        repeated("    an indented line\n", 300'000),
        repeated("> said by somebody\n> on two lines\n\n", 300'000)}) {
    // Sanitizers make it slow; how long it may take is no question here.
    EXPECT_FALSE(render_markdown(text, std::chrono::hours(1)).as_written) << text.substr(0, 40);
  }
}

// Its parser once ended an image twice.
TEST(Markdown, WhatIsEndedTwiceIsWellFormedAllTheSame) {
  const std::string html =
      markdown_html("go](/) <![/) /) <![/) <![m]([http://u/)m](t)t,lu/)\n\n *a **b* c**\n");
  for (const char* tag : {"a", "em", "strong", "code", "p"}) {
    const auto count = [&](const std::string& text) {
      std::size_t found = 0;
      for (auto at = html.find(text); at != std::string::npos; at = html.find(text, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count("<" + std::string(tag) + ">") + count("<" + std::string(tag) + " "),
              count("</" + std::string(tag) + ">"))
        << html;
  }
}

TEST(Markdown, EntitiesHideNothing) {
  EXPECT_EQ(markdown_html("a &amp; b &#8364; &copy;"), "<p>a &amp; b \u20AC &copy;</p>\n");
  EXPECT_EQ(markdown_html("a&#x202E;b&#8294;c&rlm;d&#1;e"), "<p>abcde</p>\n");
  EXPECT_EQ(markdown_html("[x](https://a.example/?b=1&amp;c=2)"),
            "<p><a href=\"https://a.example/?b=1&amp;c=2\">x</a></p>\n");
  EXPECT_EQ(markdown_html("[x](java&#x73;cript:alert(1))"), "<p>x</p>\n");
  EXPECT_EQ(markdown_html("[x](https://a.example/&Tab;b)"), "<p>x</p>\n");
}

TEST(Markdown, AsTextKeepsItsStructure) {
  EXPECT_EQ(markdown_text("# A\n\nOne *two*\nthree.\n\n- a\n- b\n\n1. c\n2. d\n\n[e](https://f.example)"),
            "A\n\nOne two\nthree.\n- a\n- b\n1. c\n2. d\n\ne (https://f.example)\n");
}

TEST(Markdown, OnOneLineIsWordsAlone) {
  EXPECT_EQ(
      markdown_line(
          "# A\n\nOne *two*\n**three**; [e](https://f.example) `g`\\*.\n\n- a\n- b\n\n---\n\n1. c &amp; d"),
      "A One two three; e g*. a b c & d");
  EXPECT_EQ(markdown_line("<b>bold</b> ![alt](https://a.example/x.png)"), "<b>bold</b> alt");
  EXPECT_EQ(markdown_line("  \n\n "), "");
  EXPECT_EQ(markdown_line("```\ncode  here\n```"), "code here");
}

TEST(Markdown, OfATitleOnlyMarksWithinALineAreTaken) {
  EXPECT_EQ(title_line("2020. A *cool* `year`"), "2020. A cool year");
  EXPECT_EQ(title_line("- 5 degrees"), "- 5 degrees");
  EXPECT_EQ(title_line("# 1 in Europe"), "# 1 in Europe");
  EXPECT_EQ(title_line("> all, 3 * 4 * 5, snake_case_name"), "> all, 3 * 4 * 5, snake_case_name");
  EXPECT_EQ(title_line("<script>alert(1)</script>"), "<script>alert(1)</script>");
  EXPECT_EQ(title_line("[See](https://a.example) this"), "See this");
  EXPECT_EQ(title_line(""), "");
}

TEST(RenderedTexts, AreRenderedOnceAndForgottenInTurn) {
  RenderedTexts texts(100'000);
  const std::string first = repeated("*a* b\n\n", 20'000);
  const std::string second = repeated("*c* d\n\n", 20'000);
  const std::string html = texts.html(first);
  EXPECT_EQ(html, markdown_html(first));
  EXPECT_EQ(texts.html(first), html);
  EXPECT_EQ(texts.renderings(), 1U);
  for (int i = 0; i < 20; ++i) (void)texts.html(second + std::to_string(i));
  EXPECT_EQ(texts.html(first), html);
  EXPECT_EQ(texts.renderings(), 22U) << "it had made room for the others";
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
  // A quotation mark is text between tags: what counts is that every tag is one of ours.
  static const std::regex kOurs(
      "</?(p|em|strong|code|pre|blockquote|ul|ol|li|h[1-6])>|<(br|hr) />|<ol start=\"[0-9]+\">|</a>|"
      "<a href=\"(https?|mailto):[^\"<>]*\">");
  RC_ASSERT(std::regex_replace(html, kOurs, "").find('<') == std::string::npos);
  RC_ASSERT(html.find("\u202E") == std::string::npos);
  RC_ASSERT(html.find('\x01') == std::string::npos);
}

}  // namespace
}  // namespace koinon::test
