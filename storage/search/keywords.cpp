#include "storage/search/keywords.h"

#include <set>

#include "storage/search/search_query.h"
#include "storage/search/tokenizer.h"
#include "storage/search/topic_levels.h"
#include "storage/search/topic_words.h"

namespace koinon {

std::string Keywords::of(const v1::Entry& entry, const NoteText& text) {
  std::string out;
  const auto language = entry.language();
  const auto it = stemmers_.find(language);
  Stemmer* stemmer = it != stemmers_.end()
                         ? it->second.get()
                         : stemmers_.emplace(language, Stemmer::of_language(language)).first->second.get();
  if (stemmer != nullptr) {
    const std::string all = text.title + "\n" + text.summary + "\n" + text.text;
    for (const auto& stem : stems_of(nfc(all), *stemmer)) out += stem + "\n";
  }
  std::set<std::string> names;
  for (const auto& topic : entry.topics()) {
    each_level(topic, [&](std::string_view level) { names.insert({std::string(level), topic_term(level)}); });
  }
  for (const auto& name : names) out += name + "\n";
  return out;
}

}  // namespace koinon
