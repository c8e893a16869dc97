// What koinon export-site makes of addresses and pages, and its folder of files. Whole sites:
// functional/test_export_site.py.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "node/api/answer_memory.h"
#include "node/api/named_record.h"
#include "node/api/records_api.h"
#include "tests/temporary_folder.h"
#include "tools/site/log_copies.h"
#include "tools/site/made_files.h"
#include "tools/site/page_rewriting.h"

namespace koinon::test::site_export_test {
namespace {

using namespace site_export;

std::string file_of(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) return "no address";
  const auto place = place_of(*address);
  return place ? place->file : "needs a node";
}

TEST(StaticPlaces, AnAddressWithoutAQueryIsAFolderOfItsOwn) {
  EXPECT_EQ(file_of("/"), "index.html");
  EXPECT_EQ(file_of("/cities"), "cities/index.html");
  EXPECT_EQ(file_of("/cities/seoul.example~abcd"), "cities/seoul.example~abcd/index.html");
  EXPECT_EQ(file_of("/records/seoul.example/17"), "records/seoul.example/17/index.html");
  EXPECT_EQ(file_of("/story/seoul.example/17"), "story/seoul.example/17/index.html");
  EXPECT_EQ(file_of("/feeds/topic/health/testing.atom"), "feeds/topic/health/testing.atom");
  EXPECT_EQ(file_of("/catalog.jsonld"), "catalog.jsonld");
}

TEST(StaticPlaces, TheAddressOfARecordForEverLeadsToItsPage) {
  EXPECT_EQ(file_of("/records/seoul.example/17.3f9ac2d1e0b15c77d84e6ba01c95f2e3"),
            "records/seoul.example/17/index.html");
  EXPECT_EQ(file_of("/records/seoul.example/17~1"), "records/seoul.example/17~1/index.html");
}

TEST(StaticPlaces, ListsHavePagesThatEndAtAnArrival) {
  EXPECT_EQ(file_of("/?topic=health%2Ftesting"), "topics/health/testing/index.html");
  EXPECT_EQ(file_of("/?cursor=20"), "notes/index.html");
  EXPECT_EQ(file_of("/cities/seoul.example?cursor=20"), "cities/seoul.example/notes/index.html");
  EXPECT_EQ(file_of("/notes?topic=health&before=1201"), "topics/health/page-1200.html");
  EXPECT_EQ(file_of("/notes?kind=question&after=7"), "questions/all/index.html");
}

TEST(StaticPlaces, WhatIsSearchedOrChangedNeedsANode) {
  for (const char* address :
       {"/?q=water", "/?topic=health&country=KR", "/login", "/publish?translates=seoul.example/17", "/ask",
        "/records/seoul.example/17/withdraw", "/api/v1/records?city=seoul.example", "/api/v1/openapi.json",
        "/feeds/search.atom?q=a", "/feeds/all.atom?before=3", "/ties?group=city", "/operate"})
    EXPECT_EQ(file_of(address), "needs a node") << address;
  EXPECT_EQ(file_of("https://elsewhere.example/"), "no address");
  EXPECT_EQ(file_of("//elsewhere.example/"), "no address");
  EXPECT_EQ(file_of("/../etc/passwd"), "no address");
  EXPECT_EQ(file_of("/records/%2e%2e/17"), "no address");
}

TEST(HtmlTree, WhatIsNotChangedStaysAsItWas) {
  for (const char* page :
       {"<!doctype html>\n<html lang=\"en\"><head><meta charset=utf-8><title>a &amp; b</title></head></html>",
        "<p class='x' hidden>1 &lt; 2<br>and <b>so</b> on</p><!-- <a> -->",
        "<script type=\"application/ld+json\">{\"a\":\"<b>\"}</script><svg viewBox=\"0 0 1 1\"><path "
        "d=\"M0\"/></svg>",
        "<p>not closed<div>closed</div> </i> < 3", "<a href=x", ""})
    EXPECT_EQ(html_text(read_html(page)), page);
}

class Rewriting : public testing::Test {
 protected:
  std::string page(const std::string& html, const std::string& node = {}) {
    links = {"https://notes.city.example", node, {{"en", "English", ""}, {"ko", "한국어", "ko/"}}};
    PageRewriting rewriting(links, [](StaticPlace& place) { return place.file != "cities/gone/index.html"; });
    const StaticPlace place{PlaceKind::kRecord, "records/seoul.example/17/index.html", {}};
    return rewriting.page(html, place, links.languages.back());
  }
  SiteLinks links;
};

TEST_F(Rewriting, LinksLeadToFilesOfTheSameLanguage) {
  EXPECT_EQ(page("<a href=\"/records/la.example/4#answers\">x</a>"),
            "<a href=\"/ko/records/la.example/4/#answers\">x</a>");
  EXPECT_EQ(page("<link rel=\"stylesheet\" href=\"/assets/koinon.0.css\">"),
            "<link rel=\"stylesheet\" href=\"/assets/koinon.0.css\">");
  EXPECT_EQ(page("<a href=\"https://elsewhere.example/?q=1\">x</a><a href=\"#top\">y</a>"),
            "<a href=\"https://elsewhere.example/?q=1\">x</a><a href=\"#top\">y</a>");
  EXPECT_EQ(page("<link rel=\"canonical\" "
                 "href=\"https://notes.city.example/records/a.example/1.00000000000000000000000000000000\">"),
            "<link rel=\"canonical\" href=\"https://notes.city.example/records/a.example/1/\">");
}

TEST_F(Rewriting, WhatNeedsANodeIsTakenOutOrLeadsThere) {
  EXPECT_EQ(page("<ul><li><a href=\"/cities\">a</a></li><li><a href=\"/login\">b</a></li></ul>"),
            "<ul><li><a href=\"/ko/cities/\">a</a></li></ul>");
  EXPECT_EQ(page("<aside><section><h2>Country</h2><ul><li><a "
                 "href=\"/?country=KR\">1</a></li></ul></section></aside>"),
            "");
  EXPECT_EQ(page("<p>About <a href=\"/feeds.opml\">f</a> · <a href=\"/api/v1/openapi.json\">api</a> · <a "
                 "href=\"/catalog\">c</a></p>"),
            "<p>About <a href=\"/feeds.opml\">f</a> · <a href=\"/ko/catalog/\">c</a></p>");
  EXPECT_EQ(page("<td><a href=\"/ties?row=KR\">12</a></td>"), "<td><a>12</a></td>");
  EXPECT_EQ(page("<p>by <a href=\"/cities/gone\">Gone</a></p>"), "<p>by <a>Gone</a></p>");
  EXPECT_EQ(page("<a href=\"/login\">b</a>", "https://node.city.example"),
            "<a href=\"https://node.city.example/login\">b</a>");
}

TEST_F(Rewriting, FormsGoAndTheChoiceOfTheLanguageIsLinks) {
  EXPECT_EQ(page("<form method=\"post\" action=\"/x\"><input name=\"csrf\"></form>"), "");
  EXPECT_EQ(page("<form method=\"post\" action=\"/x\"></form>", "https://node.city.example"), "");
  EXPECT_EQ(page("<form role=\"search\" action=\"/\" method=\"get\"><input name=\"q\"></form>"), "");
  EXPECT_EQ(page("<form action=\"/\" method=\"get\"><input name=\"q\"></form>", "https://node.city.example"),
            "<form action=\"https://node.city.example/\" method=\"get\"><input name=\"q\"></form>");
  EXPECT_EQ(page("<form method=\"post\" action=\"/language\"><label "
                 "for=\"l\">Language</label><select></select></form>"),
            "<nav class=\"language\" aria-label=\"Language\">"
            "<a href=\"/records/seoul.example/17/\" lang=\"en\" hreflang=\"en\">English</a> "
            "<a href=\"/ko/records/seoul.example/17/\" lang=\"ko\" hreflang=\"ko\" "
            "aria-current=\"true\">한국어</a> "
            "</nav>");
}

TEST_F(Rewriting, AFileIsSavedUnderItsName) {
  EXPECT_EQ(page("<a href=\"/api/v1/records/a.example/1/attachments/00\" download dir=\"auto\">plan &amp; "
                 "cost.pdf</a>"),
            "<a href=\"/api/v1/records/a.example/1/attachments/00\" download=\"plan &amp; cost.pdf\" "
            "dir=\"auto\">plan &amp; cost.pdf</a>");
}

TEST_F(Rewriting, AFeedLeadsToThePagesOfTheDefaultLanguage) {
  (void)page("");
  PageRewriting rewriting(links, [](StaticPlace&) { return true; });
  EXPECT_EQ(rewriting.text("<link href=\"https://notes.city.example/?topic=a%2Fb\"/>&lt;a "
                           "href=\"https://notes.city.example/cities\"&gt;",
                           true),
            "<link href=\"https://notes.city.example/topics/a/b/\"/>&lt;a "
            "href=\"https://notes.city.example/cities/\"&gt;");
  EXPECT_EQ(rewriting.text("see https://notes.city.example/cities&lt;/p&gt;", true),
            "see https://notes.city.example/cities/&lt;/p&gt;");
  EXPECT_EQ(rewriting.text("{\"url\":\"https://notes.city.example/?q=a&topic=b\"}", false),
            "{\"url\":\"https://notes.city.example/?q=a&topic=b\"}");
}

TEST(LogCopies, ALogThatHasGrownHasTheTilesThatItLacked) {
  const auto names = [](const std::vector<TilePath>& tiles) {
    std::string out;
    for (const TilePath& tile : tiles) out += tile.text() + " ";
    return out;
  };
  EXPECT_EQ(names(new_tiles(0, 3)), "tile/entries/000.p/3 tile/0/000.p/3 ");
  EXPECT_EQ(names(new_tiles(3, 3)), "");
  EXPECT_EQ(names(new_tiles(3, 256)), "tile/entries/000 tile/0/000 tile/1/000.p/1 ");
  EXPECT_EQ(names(new_tiles(256, 257)), "tile/entries/001.p/1 tile/0/001.p/1 ");
  EXPECT_EQ(names(new_tiles(300, 600)),
            "tile/entries/001 tile/entries/002.p/88 tile/0/001 tile/0/002.p/88 tile/1/000.p/2 ");
  EXPECT_EQ(names(partial_tiles(600)), "tile/entries/002.p/88 tile/0/002.p/88 tile/1/000.p/2 ");
  // Each that the log has, and no other.
  for (const std::uint64_t size : {1ULL, 255ULL, 256ULL, 65'536ULL, 65'537ULL}) {
    for (const TilePath& tile : new_tiles(0, size)) EXPECT_TRUE(tile_exists(tile, size)) << tile.text();
  }
}

TEST(AnswerMemory, AnAnswerIsForItsQuestionUntilItIsForgotten) {
  const int one = 0;
  const int other = 0;
  AnswerMemory memory;
  memory.keep(&one, NamedRecord{"seoul.example/17"}, Result<std::string>("a proof"));
  memory.keep(&other, RecordQuery{.ref = "seoul.example/17", .brief = true}, Result<int>(3));
  const auto* known = memory.find<std::string>(&one, NamedRecord{"seoul.example/17"});
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(**known, "a proof");
  EXPECT_EQ(memory.find<std::string>(&one, NamedRecord{"seoul.example/1"}), nullptr);
  EXPECT_NE(memory.find<int>(&other, RecordQuery{.ref = "seoul.example/17", .brief = true}), nullptr);
  EXPECT_EQ(memory.find<int>(&other, RecordQuery{.ref = "seoul.example/17", .brief = false}), nullptr);
  memory.forget();
  EXPECT_EQ(memory.find<std::string>(&one, NamedRecord{"seoul.example/17"}), nullptr);
}

class Files : public testing::Test {
 protected:
  MadeFiles open() {
    auto files = MadeFiles::open(folder.path() / "site");
    EXPECT_TRUE(files.ok()) << files.error().text();
    return std::move(*files);
  }
  std::string read(const std::string& path) {
    std::ifstream file(folder.path() / "site" / path, std::ios::binary);
    std::stringstream out;
    out << file.rdbuf();
    return out.str();
  }
  bool is_there(const std::string& path) { return std::filesystem::exists(folder.path() / "site" / path); }
  TemporaryFolder folder;
};

TEST_F(Files, WhatIsTheSameIsNotWrittenAgain) {
  MadeFiles files = open();
  const MadeUnit unit{"a", {{"records/a/index.html", "one"}}, {}};
  ASSERT_TRUE(files.put(unit).ok());
  const auto written = std::filesystem::last_write_time(folder.path() / "site/records/a/index.html");
  ASSERT_TRUE(files.put(unit).ok());
  EXPECT_EQ(files.written().made, 1U);
  EXPECT_EQ(files.written().changed, 0U);
  EXPECT_EQ(std::filesystem::last_write_time(folder.path() / "site/records/a/index.html"), written);
  ASSERT_TRUE(files.put_shared("feed", "x").ok());
  ASSERT_TRUE(files.put_shared("feed", "y").ok());
  EXPECT_EQ(read("feed"), "y");
  EXPECT_EQ(files.written().changed, 1U);
}

TEST_F(Files, WhatAUnitDoesNotMakeAnyMoreIsRemovedAndTold) {
  MadeFiles files = open();
  ASSERT_TRUE(
      files.put({"a", {{"records/a/index.html", "one"}, {"records/a/pictures/0.png", "two"}}, {}}).ok());
  ASSERT_TRUE(files.put({"a", {{"records/a/index.html", "gone"}}, {}}).ok());
  EXPECT_FALSE(is_there("records/a/pictures"));
  EXPECT_TRUE(is_there("records/a/index.html"));
  const auto count = files.write_purge_list();
  ASSERT_TRUE(count.ok());
  EXPECT_EQ(*count, 2U);
  EXPECT_EQ(read(".koinon-site/purge.txt"), "/records/a/\n/records/a/pictures/0.png\n");
}

TEST_F(Files, WhatSeveralUnitsHaveStaysWhenOneIsGone) {
  MadeFiles files = open();
  ASSERT_TRUE(files.put({"a", {{"records/a/index.html", "one"}, {"feed", "x", true}}, {}}).ok());
  ASSERT_TRUE(files.put({"a", {}, {}}).ok());
  EXPECT_FALSE(is_there("records/a/index.html"));
  EXPECT_TRUE(is_there("feed"));
  ASSERT_TRUE(files.put({"a", {}, "feed"}).ok());
  EXPECT_FALSE(is_there("feed"));
}

TEST_F(Files, ARunOverEverythingRemovesWhatItDidNotMake) {
  MadeFiles files = open();
  ASSERT_TRUE(files.put_shared("kept", "1").ok());
  ASSERT_TRUE(files.put_shared("left", "2").ok());
  ASSERT_TRUE(files.begin_generation().ok());
  ASSERT_TRUE(files.put_shared("kept", "1").ok());
  ASSERT_TRUE(files.sweep().ok());
  EXPECT_TRUE(is_there("kept"));
  EXPECT_FALSE(is_there("left"));
}

TEST_F(Files, WhatAKilledRunHasLeftIsFound) {
  {
    MadeFiles files = open();
    ASSERT_TRUE(files.put_shared("kept", "1").ok());
    ASSERT_TRUE(files.keep().ok());
    ASSERT_TRUE(files.put({"a", {{"records/a/secret", "2"}}, {}}).ok());
    // Gone before it was kept.
  }
  MadeFiles files = open();
  EXPECT_TRUE(is_there("records/a/secret"));
  ASSERT_TRUE(files.tidy().ok());
  EXPECT_FALSE(is_there("records/a/secret"));
  EXPECT_TRUE(is_there("kept"));
}

TEST_F(Files, AFolderOfSomebodyElseAndAFolderInUseAreRefused) {
  {
    const MadeFiles files = open();
    const auto second = MadeFiles::open(folder.path() / "site");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::kUnavailable);
  }
  std::filesystem::create_directory(folder.path() / "mine");
  std::ofstream(folder.path() / "mine" / "thesis") << "x";
  const auto mine = MadeFiles::open(folder.path() / "mine");
  ASSERT_FALSE(mine.ok());
  EXPECT_EQ(mine.error().code, Code::kConflict);
}

}  // namespace
}  // namespace koinon::test::site_export_test
