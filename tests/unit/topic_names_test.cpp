// Topics by what people call them.
#include "node/text/topic_names.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/base/limits.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon::topic_names_test {
namespace {

TEST(TopicNames, ALabelInAnyLanguageAnAliasAndASlugMeanTheTopic) {
  for (const char* typed : {"Extreme heat", "extreme HEAT", " Chaleur  extreme ", "Calor extremo", "폭염",
                            "الحر الشديد", "climate/heat", "climate/heatwaves", "clima/calor"})
    EXPECT_EQ(topic_named(typed).value_or("-"), "climate/heat") << typed;
}

TEST(TopicNames, WhatIsNoTopicIsAskedAbout) {
  EXPECT_FALSE(topic_named("heat"));
  ASSERT_FALSE(topics_like("heat", 5).empty());
  EXPECT_EQ(topics_like("heat", 5).front(), "climate/heat");
  EXPECT_EQ(topics_like("extrem heat", 5).front(), "climate/heat");
  EXPECT_TRUE(topics_like("xylophone quartet", 5).empty());
  EXPECT_LE(topics_like("a", 3).size(), 3U);
}

TEST(TopicNames, EveryLabelFindsItsTopicUnlessTwoShareIt) {
  for (const Topic& topic : Vocabulary::builtin().topics()) {
    for (const auto& [language, label] : topic.labels) {
      const auto found = topic_named(label);
      if (found) EXPECT_EQ(*found, topic.slug) << label;
      const auto near = topics_like(label, 10);
      EXPECT_NE(std::find(near.begin(), near.end(), topic.slug), near.end()) << label;
    }
  }
}

TEST(TopicNames, AListHasTheSeparatorsOfItsWritersAndAnEnd) {
  EXPECT_EQ(names_of_list("Extreme heat, 폭염、 الحر؛ x\ny;"),
            (std::vector<std::string>{"Extreme heat", "폭염", "الحر", "x", "y"}));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a,";
  EXPECT_EQ(names_of_list(many).size(), limits::kTopicsTyped);
  EXPECT_TRUE(names_of_list(std::string(10'000, 'a')).empty());
}

TEST(TopicNames, AnOwnTopicIsWrittenAsSlugsAre) {
  EXPECT_EQ(own_topic("Bike  repair").value_or(""), "bike-repair");
  EXPECT_EQ(own_topic("mobility/Bike repair").value_or(""), "mobility/bike-repair");
  EXPECT_FALSE(own_topic("자전거"));
  EXPECT_FALSE(own_topic(" - "));
}

RC_GTEST_PROP(TopicNames, AnythingIsReadOrRefusedWithoutHarm, (const std::string& text)) {
  (void)topic_named(text);
  (void)topics_like(text, 5);
  (void)own_topic(text);
}

}  // namespace
}  // namespace koinon::topic_names_test
