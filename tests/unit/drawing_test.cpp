// Pictures: their axes, their words, and what stands where.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/drawing/bars.h"
#include "node/drawing/geo_map.h"
#include "node/drawing/graph.h"
#include "node/drawing/labels.h"
#include "node/drawing/letters.h"
#include "node/drawing/line.h"
#include "node/drawing/scale.h"
#include "node/drawing/scatter.h"

namespace koinon::test::drawing_test {
namespace {

using Numbers = std::vector<double>;
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::string kHostile = "</text><script>alert(1)</script>\"'&\xE2\x80\xAE";

PictureText words(const std::string& title = "Title") {
  return {"p", title, "Told.", [](double value) { return std::to_string(static_cast<long long>(value)); },
          false};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++out;
  return out;
}

void expect_harmless(const std::string& svg) {
  EXPECT_EQ(svg.find("<script"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("\xE2\x80\xAE"), std::string::npos) << "no formatting characters of others";
  EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg;
  EXPECT_TRUE(svg.ends_with("</svg>")) << svg;
  // Every element is closed.
  for (const std::string tag : {"text", "g", "a", "title", "defs", "marker", "pattern"})
    EXPECT_EQ(count(svg, "<" + tag + " ") + count(svg, "<" + tag + ">"), count(svg, "</" + tag + ">"))
        << tag << " in " << svg;
}

TEST(Axes, HaveRoundNumbers) {
  EXPECT_EQ(even_axis(0, 97, 6).ticks, (Numbers{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(even_axis(-3, 4, 8).ticks, (Numbers{-3, -2, -1, 0, 1, 2, 3, 4}));
  EXPECT_EQ(count_axis(3, 4).ticks, (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(count_axis(1, 4).ticks, (Numbers{0, 1})) << "there are no halves of a count";
  EXPECT_EQ(count_axis(0, 4).ticks, (Numbers{0, 1}));
  EXPECT_EQ(log_axis(30, 40'000, 6).ticks, (Numbers{10, 100, 1000, 10'000, 100'000}));
  EXPECT_EQ(log_axis(2000, 9000, 6).ticks, (Numbers{1000, 2000, 5000, 10'000}));
  EXPECT_EQ(log_axis(0, 0, 6).ticks, (Numbers{1, 2, 5, 10}));
  EXPECT_EQ(log_axis(100, 100, 6).low, 100) << "one value has an axis, too";
}

TEST(Axes, PlaceWhatIsNoNumberAtTheirBeginning) {
  const Axis axis = even_axis(0, 10, 3);
  EXPECT_EQ(even_place(axis, 5), 0.5);
  EXPECT_EQ(even_place(axis, kNone), 0);
  EXPECT_EQ(even_place(axis, kInfinite), 0);
  EXPECT_EQ(even_place(axis, 1e9), 1);
  const Axis powers = log_axis(1, 100, 6);
  EXPECT_DOUBLE_EQ(log_place(powers, 10), 0.5);
  EXPECT_EQ(log_place(powers, 0), 0);
  EXPECT_EQ(log_place(powers, -5), 0);
  EXPECT_EQ(log_place(powers, kNone), 0);
}

RC_GTEST_PROP(Axes, HaveAllWithinWhateverIsAsked, (double low, double high)) {
  for (const Axis& axis : {even_axis(low, high, 5), count_axis(high, 5), log_axis(low, high, 5)}) {
    RC_ASSERT(std::isfinite(axis.low) && std::isfinite(axis.high) && axis.low < axis.high);
    RC_ASSERT(axis.ticks.size() >= 2U && axis.ticks.size() <= 20U);
    for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
      const double place = (axis.ticks[i] - axis.low) / (axis.high - axis.low);
      RC_ASSERT(place >= -1e-6 && place <= 1 + 1e-6);
      if (i > 0) RC_ASSERT(axis.ticks[i] > axis.ticks[i - 1]);
    }
  }
}

TEST(Letters, TakeTheRoomThatTheirScriptNeeds) {
  EXPECT_GE(text_width("\xEC\x84\x9C\xEC\x9A\xB8", 10), 20) << "Seoul in Korean: an em each";
  EXPECT_GT(text_width("\xD8\xA7\xD9\x84\xD9\x82\xD8\xA7\xD9\x87\xD8\xB1\xD8\xA9", 10), 30)
      << "Cairo in Arabic";
  EXPECT_EQ(text_width("e\xCC\x81", 10), text_width("e", 10)) << "a mark stands on its letter";
  EXPECT_GT(text_width("WWW", 10), text_width("iii", 10));
  EXPECT_EQ(text_width("", 10), 0);
  EXPECT_GT(text_width("\xFF\xFE", 10), 0) << "what is no UTF-8 takes room as well";
}

TEST(Letters, AreLeftOutWhereThereIsNoRoom) {
  EXPECT_EQ(fitted("Seoul", 10, 100), "Seoul");
  const std::string some = fitted("Saint-Louis-du-Ha!-Ha!", 10, 60);
  EXPECT_TRUE(some.ends_with("\xE2\x80\xA6")) << some;
  EXPECT_LE(text_width(some, 10), 60);
  EXPECT_EQ(fitted("Seoul", 10, 5), "");
  const std::string korean = fitted("\xEC\x84\x9C\xEC\x9A\xB8\xED\x8A\xB9\xEB\xB3\x84\xEC\x8B\x9C", 10, 35);
  EXPECT_EQ(korean, "\xEC\x84\x9C\xEC\x9A\xB8\xE2\x80\xA6") << "no character is cut in two";
}

TEST(Labels, MoveOnALineOrAreLeftOut) {
  const Box frame{0, 0, 200, 100};
  const std::vector<WantedLabel> one{{{100, 50}, "Seoul", 0}};
  ASSERT_EQ(place_labels(one, {frame, 10, 3}).size(), 1U);
  EXPECT_FALSE(place_labels(one, {frame, 10, 3})[0].led);
  std::vector<WantedLabel> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back({{100, 50}, "Seoul", i == 7 ? 1.0 : 0.0});
  const auto placed = place_labels(crowd, {frame, 10, 3});
  EXPECT_EQ(placed.front().of, 7U) << "what matters most has the first choice";
  EXPECT_LT(placed.size(), crowd.size());
  EXPECT_TRUE(std::any_of(placed.begin(), placed.end(), [](const PlacedLabel& label) { return label.led; }));
  EXPECT_TRUE(place_labels({}, {frame, 10, 3}).empty());
  EXPECT_TRUE(place_labels(std::vector<WantedLabel>{{{kNone, 5}, "Nowhere", 0}}, {frame, 10, 3}).empty());
}

RC_GTEST_PROP(Labels, NeverLieOnEachOtherOrOnAnotherPoint, ()) {
  const Box frame{0, 0, 360, 200};
  const LabelRules rules{frame, 10, 3};
  std::vector<WantedLabel> wanted;
  const auto numbers = *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 360));
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
    wanted.push_back({{static_cast<double>(numbers[i]), static_cast<double>(numbers[i + 1]) / 1.8},
                      std::string(static_cast<std::size_t>(numbers[i] % 20 + 1), 'm'),
                      0});
  const auto placed = place_labels(wanted, rules);
  for (std::size_t a = 0; a < placed.size(); ++a) {
    RC_ASSERT(placed[a].box.is_within(frame));
    for (std::size_t b = 0; b < a; ++b) RC_ASSERT(!placed[a].box.overlaps(placed[b].box));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Box mark{wanted[i].point.x - 3, wanted[i].point.y - 3, 6, 6};
      RC_ASSERT(i == placed[a].of || !placed[a].box.overlaps(mark));
    }
  }
}

TEST(Bars, StandOnTheirSumsAndSayEachPart) {
  BarPicture picture{
      words(), {{"worked", "Worked"}, {"did-not", "Did not work"}}, {{"2020", {3, 1}}, {"2021", {0, 2}}}};
  const std::string svg = draw_upright_bars(picture);
  expect_harmless(svg);
  EXPECT_NE(
      svg.find("aria-labelledby=\"p-t p-d\"><title id=\"p-t\">Title</title><desc id=\"p-d\">Told.</desc>"),
      std::string::npos)
      << svg;
  EXPECT_NE(svg.find("<title>2020 · Worked: 3</title>"), std::string::npos);
  EXPECT_NE(svg.find("<title>2021 · Did not work: 2</title>"), std::string::npos);
  EXPECT_EQ(svg.find("2021 · Worked"), std::string::npos) << "what is nothing is not there";
  EXPECT_NE(svg.find("url(#p-did-not)"), std::string::npos) << "a pattern beside the colour";
  const std::string lying = draw_lying_bars(picture);
  expect_harmless(lying);
  EXPECT_NE(lying.find(">4</text>"), std::string::npos) << "the sum stands at the end";
}

TEST(Bars, TakeWhateverTheyAreGiven) {
  for (const auto& draw : {draw_upright_bars, draw_lying_bars}) {
    expect_harmless(draw({words(kHostile), {}, {}}));
    expect_harmless(draw({words(),
                          {{"worked", kHostile}},
                          {{kHostile, {kNone}}, {kHostile, {kInfinite}}, {"x", {-1}}, {"y", {}}}}));
    expect_harmless(draw({words(), {{"worked", "Worked"}}, {{"one", {7}}}}));
  }
}

TEST(Bars, AreMirroredWhereOneReadsFromTheRight) {
  BarPicture picture{words(), {{"worked", "W"}}, {{"a", {1}}, {"b", {1}}}};
  const std::string straight = draw_lying_bars(picture);
  picture.text.right_to_left = true;
  const std::string mirrored = draw_lying_bars(picture);
  EXPECT_NE(straight.find("<text x=\"0\""), std::string::npos);
  EXPECT_NE(mirrored.find("<text x=\"360\""), std::string::npos);
  EXPECT_NE(mirrored.find("text-anchor=\"end\""), std::string::npos);
}

TEST(Bars, LeaveOutLabelsThatWouldTouch) {
  BarPicture picture{words(), {{"worked", "W"}}, {}};
  for (int i = 0; i < 60; ++i) picture.bars.push_back({"a label", {1}});
  EXPECT_LT(count(draw_upright_bars(picture), ">a label</text>"), 8U);
}

TEST(Line, HasGapsWhereNothingIsKnown) {
  const std::string svg = draw_line({words(), {1, 2, kNone, 4, 5, kNone, 6}, "then", "now"});
  expect_harmless(svg);
  EXPECT_EQ(count(svg, "class=\"curve\""), 1U);
  const auto path = svg.substr(svg.find("<path"));
  EXPECT_EQ(count(path.substr(0, path.find("class")), "M"), 2U);
  EXPECT_EQ(count(svg, "<circle"), 1U) << "a value alone is a point";
  for (const Numbers& values : {Numbers{}, Numbers{3}, Numbers{kNone}, Numbers{0, 0}, Numbers{kInfinite, 1}})
    expect_harmless(draw_line({words(kHostile), values, kHostile, kHostile}));
}

TEST(Scatter, LeavesOutWhatHasNoPlaceAndSaysSo) {
  ScatterPicture picture{words(), "People", "Dollars", {}};
  picture.points = {{1000, 50, "Seoul", "Seoul: 50", "/records/seoul.example/1"},
                    {1000, 0, "Free", "Free", "/"},
                    {0, 5, "Nobody", "Nobody", "/"},
                    {kNone, 5, "None", "None", "/"},
                    {kInfinite, 5, "All", "All", "/"},
                    {2e6, 3e6, kHostile, kHostile, "/records/" + kHostile}};
  const Drawn drawn = draw_scatter(picture);
  expect_harmless(drawn.svg);
  EXPECT_EQ(drawn.left_out, 4U);
  EXPECT_EQ(drawn.unnamed, 0U);
  EXPECT_EQ(count(drawn.svg, "<circle"), 2U);
  EXPECT_NE(drawn.svg.find("href=\"/records/seoul.example/1\" aria-label=\"Seoul: 50\""), std::string::npos);
  expect_harmless(draw_scatter({words(), "x", "y", {}}).svg);
  picture.points.assign(200, {1000, 50, "The same place", "The same place", "/"});
  EXPECT_GT(draw_scatter(picture).unnamed, 150U);
}

TEST(Graph, ShowsWhoVouchesForWhom) {
  GraphPicture picture{words(), {"We", "1 step"}, {{"Seoul", "Seoul", "/cities/seoul.example", 0}}, {}};
  picture.nodes.push_back({kHostile, kHostile, "/cities/x", 1});
  picture.nodes.push_back({"Far", "Far", "/cities/far", 9});
  picture.edges = {{0, 1, false}, {1, 0, false}, {1, 2, true}, {0, 7, false}, {2, 2, false}};
  const std::string svg = draw_graph(picture);
  expect_harmless(svg);
  EXPECT_EQ(count(svg, "class=\"edge"), 2U) << "both ways are one line; what leads nowhere is none";
  EXPECT_EQ(count(svg, "marker-start"), 1U);
  EXPECT_EQ(count(svg, "edge weak"), 1U);
  EXPECT_EQ(count(svg, "<a "), 3U);
  expect_harmless(draw_graph({words(), {}, {}, {}}));
}

TEST(Map, GoesTheShortWayAcrossTheDateLine) {
  EXPECT_EQ(short_way(170, -170), 20);
  EXPECT_EQ(short_way(-170, 170), -20);
  EXPECT_EQ(short_way(0, 180), 180);
  EXPECT_NEAR(short_way(126.9, -118.2), 114.9, 1e-9) << "Seoul to Los Angeles over the Pacific";
  const MapWindow* oceania = find_map_window("oceania");
  ASSERT_NE(oceania, nullptr);
  EXPECT_EQ(degrees_east_of(*oceania, 178), 70) << "Fiji";
  EXPECT_EQ(degrees_east_of(*oceania, -172), 80) << "Samoa, beyond the date line";
  EXPECT_EQ(degrees_east_of(*oceania, 0), std::nullopt);
  EXPECT_EQ(find_map_window("atlantis"), nullptr);
}

MapPicture pacific(const char* window) {
  MapPicture out;
  out.text = words();
  out.coast = "/world.svg";
  out.window = find_map_window(window);
  out.places = {{"Suva", "Suva", "/cities/suva", -18, 178, 0},
                {"Apia", "Apia", "/cities/apia", -14, -172, 0}};
  out.ways = {{0, 1, "worked", "Suva to Apia"}};
  return out;
}

TEST(Map, DrawsAWayOnceWhereItIsWholeAndTwiceWhereItLeavesTheWorld) {
  const DrawnMap within = draw_map(pacific("oceania"));
  expect_harmless(within.svg);
  EXPECT_EQ(count(within.svg, "class=\"way told-worked\""), 1U);
  EXPECT_EQ(count(within.svg, "<image "), 2U) << "the coasts on both sides of the date line";
  EXPECT_EQ(within.places, 2U);
  const DrawnMap world = draw_map(pacific("world"));
  EXPECT_EQ(count(world.svg, "class=\"way told-worked\""), 2U) << "out at one edge and in at the other";
  EXPECT_EQ(count(world.svg, "<image "), 1U);
  EXPECT_EQ(draw_map(pacific("europe")).places, 0U);
}

TEST(Map, TellsWaysApartByMoreThanColour) {
  MapPicture picture = pacific("oceania");
  picture.ways.clear();
  for (const char* look : {"worked", "partly", "did-not", "stopped", "open"})
    picture.ways.push_back({0, 1, look, look});
  const std::string svg = draw_map(picture).svg;
  for (const std::string look : {"worked", "partly", "did-not", "stopped", "open"}) {
    EXPECT_EQ(count(svg, "id=\"p-end-" + look + "\""), 1U);
    EXPECT_EQ(count(svg, "marker-end=\"url(#p-end-" + look + ")\""), 1U) << look;
  }
}

TEST(Map, TakesWhateverCitiesState) {
  MapPicture picture = pacific("world");
  for (const double odd : {kNone, kInfinite, -kInfinite, 1e9, 91.0, -181.0}) {
    picture.places.push_back({kHostile, kHostile, "/cities/x", odd, 0, 0});
    picture.places.push_back({"odd", "odd", "/cities/x", 0, odd == 91.0 ? 181 : odd, 0});
  }
  for (std::size_t i = 0; i < picture.places.size() + 2; ++i)
    picture.ways.push_back({0, i, "worked", kHostile});
  picture.places.push_back({kHostile, kHostile, "/cities/\"x", 0, 0, 0});
  const DrawnMap drawn = draw_map(picture);
  expect_harmless(drawn.svg);
  EXPECT_EQ(drawn.places, 3U);
}

TEST(Map, LeavesNamesOutWhereCitiesAreMany) {
  MapPicture picture = pacific("world");
  for (int i = 0; i < 100; ++i)
    picture.places.push_back({"Ruhr", "Ruhr", "/cities/ruhr", 51.5, 7.0 + i * 0.01, 0});
  const DrawnMap drawn = draw_map(picture);
  EXPECT_GT(drawn.unnamed_wide, 0U);
  EXPECT_GT(drawn.unnamed_narrow, drawn.unnamed_wide) << "on a phone there is less room";
}

}  // namespace
}  // namespace koinon::test::drawing_test
