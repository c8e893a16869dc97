// What a typed search asks for.
#include "storage/search/search_query.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/search/function_words.h"
#include "storage/search/spelling.h"

namespace koinon::test::search_query_test {
namespace {

std::size_t words(const std::string& typed, Match match = Match::kAll) {
  return read_search_words(typed, {}, match).words;
}

bool asks_for(const SearchWords& search, const std::string& phrase) {
  return search.expression.find("\"" + phrase + "\"") != std::string::npos;
}

TEST(FunctionWordsTest, FallAwayInTheLanguageOfTheSearch) {
  EXPECT_EQ(words("how do we keep schools cool in summer"), 4U);
  EXPECT_EQ(words("what do other cities do about heat"), 2U);
  EXPECT_EQ(words("¿cómo podemos reducir el ruido de los coches?"), 3U);
  EXPECT_EQ(words("comment rafraîchir les écoles pendant l'été"), 3U);
  EXPECT_EQ(words("wie können wir die Schulen im Sommer kühlen"), 3U);
  EXPECT_EQ(words("как охладить школы летом"), 3U);
  EXPECT_EQ(words("كيف نحمي المدارس من الحر"), 3U);
  EXPECT_EQ(words("어떻게 학교를 시원하게"), 2U);
  EXPECT_EQ(words("학교가 있나요?"), 1U);
}

TEST(FunctionWordsTest, AWordOfAnotherLanguageStays) {
  EXPECT_EQ(words("child care"), 2U) << "Romanian: which";
  EXPECT_EQ(words("health care in cities"), 3U) << "\"in\" is of many languages";
  EXPECT_EQ(words("tren"), 1U) << "Vietnamese: on";
  EXPECT_EQ(words("AI strategy"), 2U) << "Italian: to the";
}

TEST(FunctionWordsTest, AloneTheyAreWhatIsLookedFor) {
  EXPECT_EQ(words("how"), 1U);
  EXPECT_EQ(words("who is it"), 3U);
  EXPECT_EQ(words("the -car"), 1U);
  EXPECT_EQ(words("\"the heat\""), 1U) << "in a phrase all is meant";
  EXPECT_TRUE(read_search_words("the heat", {}).sentence);
  EXPECT_FALSE(read_search_words("cool roofs", {}).sentence);
}

TEST(FunctionWordsTest, KoreanParticlesEndAWord) {
  EXPECT_EQ(without_particle("학교를"), "학교");
  EXPECT_EQ(without_particle("학교에서"), "학교");
  EXPECT_EQ(without_particle("학교"), "학교");
  EXPECT_EQ(without_particle("물을"), "물을") << "too short to tell";
  EXPECT_EQ(without_particle("school"), "school");
}

TEST(SearchQuerySigns, OrPhrasesAndMinusAreReadFromEveryKeyboard) {
  EXPECT_EQ(words("bus OR tram"), 1U);
  EXPECT_EQ(words("bus OR tram OR train stops"), 2U);
  EXPECT_EQ(words("bus or tram"), 2U) << "only in capitals, and \"or\" says nothing";
  EXPECT_EQ(words("OR"), 1U);
  EXPECT_EQ(words("OR bus OR"), 1U);
  for (const std::string typed :
       {"\"cool roofs\"", "“cool roofs”", "„cool roofs“", "«cool roofs»", "「cool roofs」"})
    EXPECT_TRUE(asks_for(read_search_words(typed, {}), "cool roofs")) << typed;
  EXPECT_NE(read_search_words("water \u2212pumps", {}).expression.find("NOT"), std::string::npos);
  EXPECT_EQ(words("車\u3000検査"), 2U) << "an ideographic space";
  EXPECT_EQ(words("école\u00A0publique"), 2U);
  for (const std::string odd :
       {"OR OR OR", "a OR -b", "-a OR b", "\"\" OR \"\"", "a OR", "'", "''", "l'", "-'", "*'"})
    (void)read_search_words(odd, {}, Match::kAny);
}

TEST(SearchQuerySigns, ApostrophesStandForTheWordThatTheyHide) {
  EXPECT_TRUE(asks_for(read_search_words("l'eau", {}), "eau"));
  EXPECT_TRUE(asks_for(read_search_words("dell’acqua", {}), "acqua"));
  EXPECT_TRUE(asks_for(read_search_words("city's", {}), "city"));
  EXPECT_TRUE(asks_for(read_search_words("Hawaiʻi", {}), "hawaii"));
}

TEST(SearchQueryNames, NamesOfATopicStandForEachOther) {
  const TopicWords topics(Vocabulary::builtin());
  WordForms forms;
  forms.topics = &topics;
  EXPECT_TRUE(asks_for(read_search_words("홍수", forms), "Inondations"));
  EXPECT_TRUE(asks_for(read_search_words("school meals", forms), "Comedores escolares"));
  EXPECT_FALSE(asks_for(read_search_words("school", forms), "Comedores escolares"));
  EXPECT_EQ(topics.near("vacination"), std::vector<std::string>{"vaccination"});
}

TEST(SearchQueryNear, AWordOfFiveLettersIsMended) {
  WordForms forms;
  std::vector<std::string> asked;
  forms.near = [&](const std::string& word) {
    asked.push_back(word);
    return std::vector<std::string>{"libraries"};
  };
  EXPECT_TRUE(asks_for(read_search_words("libaries heat", forms), "libraries"));
  EXPECT_EQ(asked, std::vector<std::string>{"libaries"}) << "heat has four letters";
  asked.clear();
  (void)read_search_words("\"libaries\" libari* -libaries 図書館図書館", forms);
  EXPECT_TRUE(asked.empty());
}

TEST(SearchQueryDense, ALongRunIsASentence) {
  EXPECT_EQ(words("夏に学校を涼しくする方法"), 1U);
  EXPECT_GT(words("夏に学校を涼しくする方法", Match::kAny), 5U);
  EXPECT_EQ(words("給食", Match::kAny), 1U);
  std::string endless;
  for (int i = 0; i < 300; ++i) endless += "学校";
  EXPECT_LE(words(endless, Match::kAny), limits::kSearchWords);
}

TEST(Spelling, OneLetterOffIsOneLetter) {
  EXPECT_TRUE(one_letter_off("school", "shcool")) << "two in each other's place";
  EXPECT_TRUE(one_letter_off("school", "schol"));
  EXPECT_TRUE(one_letter_off("school", "schoool"));
  EXPECT_TRUE(one_letter_off("school", "scjool"));
  EXPECT_TRUE(one_letter_off("школа", "шкала"));
  EXPECT_TRUE(one_letter_off("chool", "school"));
  EXPECT_TRUE(one_letter_off("schoo", "school"));
  EXPECT_FALSE(one_letter_off("school", "school"));
  EXPECT_FALSE(one_letter_off("school", "shcol"));
  EXPECT_FALSE(one_letter_off("school", "csholo"));
  EXPECT_FALSE(one_letter_off("", ""));
  EXPECT_TRUE(one_letter_off("", "a"));
}

TEST(Spelling, WordsThatAreOneLetterOffShareAForm) {
  const auto share = [](const std::string& a, const std::string& b) {
    const auto of_a = forms_less_one(a);
    const auto of_b = forms_less_one(b);
    return std::any_of(of_a.begin(), of_a.end(),
                       [&](std::int64_t form) { return std::binary_search(of_b.begin(), of_b.end(), form); });
  };
  for (const std::string other :
       {"shcool", "schol", "schoool", "scjool", "school", "chool", "schoo", "xchool"})
    EXPECT_TRUE(share("school", other)) << other;
  EXPECT_FALSE(share("school", "library"));
  EXPECT_LE(forms_less_one("school").size(), 7U);
}

TEST(Spelling, OnlyWordsOfLettersAreMended) {
  EXPECT_TRUE(is_spelled("water"));
  EXPECT_TRUE(is_spelled("школа"));
  EXPECT_FALSE(is_spelled("heat"));
  EXPECT_FALSE(is_spelled("co2eq"));
  EXPECT_FALSE(is_spelled("図書館図書館"));
  EXPECT_FALSE(is_spelled("\U0001F525\U0001F525\U0001F525\U0001F525\U0001F525"));
  EXPECT_FALSE(is_spelled(std::string(25, 'a')));
}

}  // namespace
}  // namespace koinon::test::search_query_test
