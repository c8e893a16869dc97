// What others wrote, before it is shown: nothing of it may act, hide or pretend.
#include "node/text/markdown.h"

#include <regex>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/reading/rendered_texts.h"
#include "node/text/plain_text.h"
#include "proto/base/limits.h"

namespace koinon::test::markdown_test {
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

TEST(Markdown, TablesAreTables) {
  EXPECT_EQ(
      markdown_html("| tree | count |\n|:---|---:|\n| oak *old* | 12 |\n| `a\\|b` |\n"),
      "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead>\n<tr><th scope=\"col\" class=\"left\">tree</th>"
      "<th scope=\"col\" class=\"right\">count</th></tr>\n</thead>\n<tbody>\n<tr><td "
      "class=\"left\">oak <em>old</em></td><td class=\"right\">12</td></tr>\n<tr><td "
      "class=\"left\"><code>a|b</code></td><td class=\"right\"></td></tr>\n</tbody>\n</table></div>\n");
  // As few dashes as GFM asks for; a table of one column; within a quote.
  for (const char* text : {"a | b\n-|-\n1 | 2\n", "|a|b|\n|:-:|-|\n|1|2|\n", "|a|\n|-|\n|1|\n",
                           "> |a|b|\n> |--|--|\n", "What we counted:\n|a|b|\n|-|-|\n|1|2|\n"})
    EXPECT_NE(markdown_html(text).find("<table>"), std::string::npos) << text;
  for (const char* text : {"```\n|a|b|\n|-|-|\n```\n", "a | b\n", "a | b\n\n-|-\n", "    |a|\n    |-|\n"}) {
    EXPECT_EQ(markdown_html(text).find("<table>"), std::string::npos) << text;
    EXPECT_EQ(markdown_html(text).find("---"), std::string::npos) << text;
  }
  EXPECT_EQ(markdown_text("a\n|b|c|\n|---|---|\n|1|2|\n|---|---|\n"), "a\n\nb | c\n1 | 2\n--- | ---\n");
  EXPECT_EQ(markdown_text("|a|b|\n|-|-|\n|1|[c](https://d.example)|\n|2|\n\ne"),
            "a | b\n1 | c (https://d.example)\n2 | \n\ne\n");
}

TEST(Markdown, TasksSayWhetherTheyAreDone) {
  EXPECT_EQ(markdown_html("- [x] trees\n- [ ] benches\n"),
            "<ul>\n<li class=\"task\">\u2611 trees</li>\n<li class=\"task\">\u2610 benches</li>\n</ul>\n");
  EXPECT_EQ(markdown_html("1. [X] a\n\n2. [ ] *b*\n"),
            "<ol>\n<li class=\"task\"><p>\u2611 a</p>\n</li>\n<li class=\"task\"><p>\u2610 "
            "<em>b</em></p>\n</li>\n</ol>\n");
  EXPECT_EQ(markdown_html("[x] none"), "<p>[x] none</p>\n");
  EXPECT_EQ(markdown_text("- [x] trees\n- [ ] benches\n"), "- [x] trees\n- [ ] benches\n");
}

TEST(Markdown, HeadingsStandBelowTheOneAboveAndLeaveNoLevelOut) {
  EXPECT_EQ(markdown_html("# A\n\n#### B\n\n## C\n\n# D\n", 2),
            "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>\n<h3>D</h3>\n");
  EXPECT_EQ(markdown_html("### A\n\nB\n===\n", 1), "<h2>A</h2>\n<h2>B</h2>\n");
  EXPECT_EQ(markdown_html("# 1\n## 2\n### 3\n#### 4\n", 4),
            "<h5>1</h5>\n<h6>2</h6>\n<h6>3</h6>\n<h6>4</h6>\n");
}

std::string linked(const std::string& address, const std::string& shown) {
  return "<a href=\"" + address + "\">" + shown + "</a>";
}

TEST(Markdown, BareAddressesAreLinks) {
  const std::string plan = linked("https://city.example/plan", "https://city.example/plan");
  EXPECT_EQ(markdown_html("See https://city.example/plan."), "<p>See " + plan + ".</p>\n");
  EXPECT_EQ(markdown_html("(https://city.example/plan), \"https://city.example/plan\""),
            "<p>(" + plan + "), \"" + plan + "\"</p>\n");
  EXPECT_EQ(markdown_html("**https://city.example/plan**"), "<p><strong>" + plan + "</strong></p>\n");
  EXPECT_EQ(markdown_html("|a|\n|---|\n|https://city.example/plan|\n").find(plan) != std::string::npos, true);
  EXPECT_EQ(markdown_html("at www.city.example!"),
            "<p>at " + linked("http://www.city.example", "www.city.example") + "!</p>\n");
  EXPECT_EQ(markdown_html("HTTPS://City.example:8080/a_(b)?c=d&amp;e=*f*_g_#h"),
            "<p>" +
                linked("HTTPS://City.example:8080/a_(b)?c=d&amp;e=*f*_g_#h",
                       "HTTPS://City.example:8080/a_(b)?c=d&amp;e=*f*_g_#h") +
                "</p>\n");
  EXPECT_EQ(markdown_html("https://a.example/_x_/y\nhttps://b.example/a\\_b *c*"),
            "<p>" + linked("https://a.example/_x_/y", "https://a.example/_x_/y") + "\n" +
                linked("https://b.example/a_b", "https://b.example/a_b") + " <em>c</em></p>\n");
}

TEST(Markdown, AddressesInOtherWritingEndWhereTheirWordEnds) {
  const std::string plan = linked("https://city.example/plan", "https://city.example/plan");
  EXPECT_EQ(markdown_html("자세한 내용은 https://city.example/plan에서 볼 수 있다."),
            "<p>자세한 내용은 " + plan + "에서 볼 수 있다.</p>\n");
  EXPECT_EQ(markdown_html("詳しくはhttps://city.example/plan。「https://city.example/plan」"),
            "<p>詳しくは" + plan + "。「" + plan + "」</p>\n");
  EXPECT_EQ(
      markdown_html("https://ko.wiki.example/wiki/서울 https://de.wiki.example/Straße"),
      "<p>" + linked("https://ko.wiki.example/wiki/%EC%84%9C%EC%9A%B8", "https://ko.wiki.example/wiki/서울") +
          " " + linked("https://de.wiki.example/Stra%C3%9Fe", "https://de.wiki.example/Straße") + "</p>\n");
}

TEST(Markdown, WhatIsNoAddressOrStandsInOneIsNoLink) {
  for (const char* text :
       {"`https://a.example`", "    https://a.example\n", "xhttps://a.example", "https://", "http://a",
        "https://a..", "www.", "ftp://a.example", "javascript://a.example", "a@www.city.example"}) {
    EXPECT_EQ(markdown_html(text).find("<a "), std::string::npos) << text;
  }
  EXPECT_EQ(markdown_html("[https://a.example](https://b.example)"),
            "<p>" + linked("https://b.example", "https://a.example") + "</p>\n");
  EXPECT_EQ(markdown_html("<https://a.example>"),
            "<p>" + linked("https://a.example", "https://a.example") + "</p>\n");
}

std::string repeated(std::string_view seed, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += seed;
  return out;
}

// Each of these costs its parser the square of its length.
TEST(Markdown, WhatWouldCostTooMuchIsShownAsItWasWritten) {
  for (const std::string& text :
       {repeated("[a](<b\n", 60'000), repeated("[a](<b\n", 1'000'000),
        repeated("**x [*b**c*](d\n", 1'000'000), repeated("[1]:u [1]\n", 1'000'000),
        repeated("- ", 500'000) + "a\n" + std::string(500'000, '\n'),
        repeated("1. ", 500'000) + "a\n" + std::string(500'000, '\n'), std::string(500'000, '>') + "\n\n",
        "[a]: http://" + std::string(400'000, 'u') + "\n\n" + repeated("[a] ", 500'000),
        "[a]: http://u \"" + std::string(20'000, 't') + "\"\n\n" + repeated("[a]\n\n", 225'000),
        "a\n" + repeated("---|", 4'000) + "\n" + repeated("a\n", 100'000),
        repeated("a", limits::kMarkdownBytes + 1)}) {
    const MarkdownHtml rendered = render_markdown(text);
    ASSERT_TRUE(rendered.as_written) << text.substr(0, 20);  // the others would take minutes then
    EXPECT_TRUE(rendered.html.starts_with("<pre>"));
    EXPECT_LE(rendered.html.size(), 5 * limits::kWrittenBytes + 20);
    EXPECT_EQ(rendered.cut, text.size() > limits::kWrittenBytes);
    EXPECT_NE(markdown_html(text).find("shown as it was written"), std::string::npos);
    EXPECT_LE(markdown_text(text).size(), text.size());
  }
}

TEST(MarkdownCost, CountsTheCellsThatATableFillsUp) {
  EXPECT_EQ(markdown_cost("a\n|---|---|\nb\nc\n").cells, 4U * 4U);
  EXPECT_EQ(markdown_cost("> a\n> :-|-\n").cells, 2U * 2U);
  EXPECT_EQ(markdown_cost("a | b\nc | d\n\n+---+---+\n").cells, 0U) << "no row of dashes";
}

// Escapes and tags make a page several times as long as its text.
TEST(Markdown, NoTextBecomesMuchMoreThanItIs) {
  for (const char* seed : {"&", "<", ">", "\"", "_a_ ", "- a\n", "`a", "a\n=\n", "1. ", "a**b", "\\\n",
                           "|a|\n|-|\n||\n\n", "www.a.b ", "http://a.b", "- [ ] a\n"}) {
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
    EXPECT_FALSE(render_markdown(text, 0, std::chrono::hours(1)).as_written) << text.substr(0, 40);
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
  EXPECT_EQ(markdown_line("Seen:\n\n| Year | Visitors |\n|---|--:|\n| 2024 | 116 000 |\n\nMore."),
            "Seen: Year · Visitors; 2024 · 116 000 More.");
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
  EXPECT_EQ(plain_line("a\r\nBcc: x\x01\x1b[31m\x7f"), "a Bcc: x[31m");
  EXPECT_EQ(plain_line("\uFEFFa\U000E0041b"), "ab");
  EXPECT_EQ(plain_line("a\u2061\u2064\u206A\u206F\uFFF9b\uFFFBc"), "abc");
  EXPECT_EQ(plain_text("a\nb"), "a\nb");
  EXPECT_EQ(plain_line("\xff\xfe"), "");
  EXPECT_EQ(plain_line("한국어 العربية ไทย"), "한국어 العربية ไทย");
}

TEST(PlainText, KeepsEmojiOfEveryKind) {
  for (const char* emoji : {
           "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",  // Wales
           "\U0001F3F4\U000E0075\U000E0073\U000E0074\U000E0078\U000E007F",            // Texas
           "\U0001F1F0\U0001F1F7",                                                    // Korea
           "1\uFE0F\u20E3",
           "*\uFE0F\u20E3",
           "\U0001F468\u200D\U0001F469\u200D\U0001F467",  // a family
           "\U0001F3F3\uFE0F\u200D\U0001F308",
           "\U0001F44B\U0001F3FD",
           "\u2764\uFE0F",
           "\u2764\uFE0E",
       }) {
    EXPECT_EQ(plain_line("a" + std::string(emoji) + "b"), "a" + std::string(emoji) + "b");
    const std::string html = markdown_html("**" + std::string(emoji) + " a** " + emoji);
    EXPECT_EQ(html, "<p><strong>" + std::string(emoji) + " a</strong> " + emoji + "</p>\n");
    EXPECT_EQ(markdown_text(emoji), std::string(emoji) + "\n");
  }
}

TEST(PlainText, WhatHidesBehindAnEmojiGoes) {
  const std::string flag = "\U0001F3F4";
  EXPECT_EQ(plain_line(flag + "\U000E0067\U000E0062"), flag) << "a flag that never ends";
  EXPECT_EQ(plain_line(flag + "\U000E007Fa"), flag + "a") << "of nowhere";
  EXPECT_EQ(plain_line(flag + "\U000E0047\U000E0042\U000E0057\U000E007F"), flag) << "in capitals";
  std::string hidden = flag;
  for (int i = 0; i < 7; ++i) hidden += "\U000E0061";
  EXPECT_EQ(plain_line(hidden + "\U000E007F"), flag) << "longer than any place's code";
  EXPECT_EQ(plain_line("\U0001F44B\U000E0067\U000E0062\U000E0077\U000E007F"), "\U0001F44B");
  EXPECT_EQ(plain_line("\u2764\uFE0F\uFE01\U000E0100\uFE0Fx"), "\u2764\uFE0Fx") << "one changes how it looks";
  EXPECT_EQ(plain_line("\u845B\U000E0100"), "\u845B\U000E0100") << "the way a name is written";
  EXPECT_EQ(plain_line("\U0001F469\u200D\u200D\u200C"), "\U0001F469") << "they join it to nothing";
  EXPECT_EQ(plain_line("\uFE0Fa\uFE0Fb\u00E9\uFE00\U000E0101 "), "ab\u00E9 ") << "there is no other form";
}

TEST(PlainText, WhatHasNoWidthStaysWhereItChangesAWord) {
  for (const char* word : {
           "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",              // Persian: not joined
           "\u0645\u064F\u200C\u0627",                                      // behind a vowel's mark
           "\u0915\u094D\u200D\u0937",                                      // Hindi: half a letter
           "\u0D15\u0D4D\u200D",                                            // Malayalam, at the end of a word
           "\u1797\u17B6\u179F\u17B6\u200B\u1781\u17D2\u1798\u17C2\u179A",  // Khmer: two words
           "Bau\u00ADamt",                                                  // may end a line
           "\u1820\u180B\u180E\u1820",                                      // Mongolian
           "\u115F\u1161",                                                  // old Korean
       }) {
    EXPECT_EQ(plain_line("a " + std::string(word) + " b"), "a " + std::string(word) + " b");
  }
  EXPECT_EQ(plain_line("pass\u200Bword\u200C\u200Dx\u2060y\u00AD z\u3164"), "passwordxy z");
}

TEST(PlainText, LineEndsOfOtherProgramsPartWords) {
  EXPECT_EQ(plain_line("a\vb\fc\u0085d\u2028e\u2029f\rg\r\nh\ni"), "a b c d e f g h i");
  EXPECT_EQ(plain_text("a\vb\u2028c\rd\r\ne\n\tf"), "a b c d\ne\n\tf");
}

RC_GTEST_PROP(PlainText, IsTheSameWhenItIsMadePlainAgain, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "\U0001F3F4", "\U000E0067", "\U000E0062", "\U000E007F", "\uFE0F", "\U000E0100", "\u200D", "a", "\u202E",
      "\n", "\r", "\u200C", "\u200B", "\u0645", "\u064B", "\u0915", "\u094D", "\u00AD", "\u034F",
      "\U0001F469", "1", "\u115F", "\u1160", "\u1161", "\u180B", "\u1820", "\u845B", "\u1781"));
  std::string text;
  for (const auto& part : parts) text += part;
  const std::string plain = plain_text(text);
  RC_ASSERT(plain_text(plain) == plain);
}

RC_GTEST_PROP(Markdown, NoTextBecomesAScriptOrAnAttributeOfItsOwn, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "<", ">", "\"", "'", "[", "]", "(", ")", "!", "javascript:", "https://x.example", "script",
      "onerror=", "\n", "`", "&lt;", "<a href=", "www.x.example", "|", "\n|---|--:|\n", "- [ ] ", "# ",
      "\u202E", "\x01", "*", "    "));
  std::string text;
  for (const auto& part : parts) text += part;
  const std::string html = markdown_html(text);
  // A quotation mark is text between tags: what counts is that every tag is one of ours.
  static const std::regex kOurs(
      "</?(p|em|strong|code|pre|blockquote|ul|ol|li|h[1-6])>|<(br|hr) />|<ol start=\"[0-9]+\">|</a>|"
      "<a href=\"(https?|mailto):[^\"<>]*\">|</?(table|thead|tbody|tr)>|</(th|td|div)>|<li class=\"task\">|"
      "<th scope=\"col\"( class=\"[a-z]+\")?>|<td( class=\"[a-z]+\")?>|<div class=\"scroll\" "
      "tabindex=\"0\">");
  RC_ASSERT(std::regex_replace(html, kOurs, "").find('<') == std::string::npos);
  RC_ASSERT(html.find("\u202E") == std::string::npos);
  RC_ASSERT(html.find('\x01') == std::string::npos);
}

}  // namespace
}  // namespace koinon::test::markdown_test
