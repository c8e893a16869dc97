// The paths of tlog-tiles: the specification's own example, and one spelling of each alone.
#include "node/log_files/tiles.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace koinon::test::tiles_test {
namespace {

std::vector<std::string> segments(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('/', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}
Result<TilePath> parse(const std::string& text) {
  const auto parts = segments(text);
  return parse_tile_path(parts);
}

TEST(TilePath, TheSpecificationsExample) {
  const auto path = parse("0/x001/x234/067");
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(path->number, 1234067U);
  EXPECT_EQ(path->width, kTileWidth);
  EXPECT_EQ(path->text(), "tile/0/x001/x234/067");
  const auto partial = parse("0/x001/x234/067.p/1");
  ASSERT_TRUE(partial.ok());
  EXPECT_EQ(partial->width, 1U);
  const auto entries = parse("entries/000");
  ASSERT_TRUE(entries.ok());
  EXPECT_TRUE(entries->entries);
}

TEST(TilePath, AnyOtherSpellingIsNotFound) {
  for (const char* wrong : {"",
                            "0",
                            "8/000",
                            "00/000",
                            "x/000",
                            "0/0",
                            "0/0000",
                            "0/x000/001",
                            "0/001/002",
                            "0/x001/2",
                            "0/000.p/0",
                            "0/000.p/256",
                            "0/000.p/01",
                            "0/000.p",
                            "0/000.p/1/2",
                            "0/-01",
                            "0/..",
                            "0/ 01",
                            "entries",
                            "entries/x001",
                            "0/x999/x999/x999/x999/x999/999",
                            "hash/000"}) {
    EXPECT_FALSE(parse(wrong).ok()) << wrong;
  }
}

TEST(TilePath, ATileIsThereOnceItsHashesAre) {
  EXPECT_FALSE(tile_exists(*parse("0/000"), 255));
  EXPECT_TRUE(tile_exists(*parse("0/000.p/255"), 255));
  EXPECT_TRUE(tile_exists(*parse("0/000"), 256));
  EXPECT_FALSE(tile_exists(*parse("1/000.p/1"), 255));
  EXPECT_TRUE(tile_exists(*parse("1/000.p/1"), 256));
  EXPECT_FALSE(tile_exists(*parse("7/000"), 1U << 20U));
}

RC_GTEST_PROP(TilePath, ItsTextIsReadBack, ()) {
  TilePath path;
  path.entries = *rc::gen::arbitrary<bool>();
  path.level = path.entries ? 0 : *rc::gen::inRange(0U, 8U);
  path.number = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 40U);
  path.width = *rc::gen::inRange(1U, 257U);
  const auto parts = segments(path.text());
  const auto read = parse_tile_path(std::span(parts).subspan(1));
  RC_ASSERT(read.ok());
  RC_ASSERT(read->text() == path.text());
}

}  // namespace
}  // namespace koinon::test::tiles_test
