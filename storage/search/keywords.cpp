#include "storage/search/keywords.h"

#include <set>

#include "storage/search/search_query.h"
#include "storage/search/topic_levels.h"
#include "storage/search/topic_words.h"

namespace koinon {

std::string Keywords::of(const v1::Entry& entry, const NoteWords& words) {
  std::string out;
  RememberingStemmer* const stemmer = stemmer_of(entry.language());
  if (stemmer != nullptr) {
    for (const auto& stem : stems_of(words, *stemmer)) out += stem + "\n";
  }
  std::set<std::string> names;
  for (const auto& topic : entry.topics()) {
    each_level(topic, [&](std::string_view level) { names.insert({std::string(level), topic_term(level)}); });
  }
  for (const auto& name : names) out += name + "\n";
  return out;
}

// Kept by the language alone: a tag may say much more, and there are any number of them.
RememberingStemmer* Keywords::stemmer_of(std::string_view tag) {
  const std::string_view language = tag.substr(0, tag.find('-'));
  const auto known = stemmers_.find(language);
  if (known != stemmers_.end()) return known->second.get();
  auto made = Stemmer::of_language(language);
  if (!made) return nullptr;
  auto stemmer = std::make_unique<RememberingStemmer>(std::move(made));
  return stemmers_.emplace(language, std::move(stemmer)).first->second.get();
}

void Keywords::rest() {
  for (auto& [language, stemmer] : stemmers_) stemmer->forget();
}

}  // namespace koinon
