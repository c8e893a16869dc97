// What people type into a search, and the text that is searched.
#include <cstddef>
#include <cstdint>

#include "storage/search/search_query.h"
#include "storage/search/tokenizer.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  static const auto kStemmers = Stemmer::all();
  std::vector<Stemmer*> stemmers;
  static const TopicWords kTopics(Vocabulary::builtin());
  for (const auto& [language, stemmer] : kStemmers) stemmers.push_back(stemmer.get());
  const WordForms forms{stemmers, &kTopics, [](const std::string& word) { return kTopics.near(word); }};
  for (const Match match : {Match::kAll, Match::kAny}) (void)read_search_words(input, forms, match);
  (void)tokenize(input, false, [&](const Token& token) {
    if (token.begin < 0 || token.end < token.begin || static_cast<std::size_t>(token.end) > input.size())
      __builtin_trap();
    return 0;
  });
  return 0;
}
