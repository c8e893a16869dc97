// What readers look for, as the address of a list or a search says it: ?q=…&topic=….
//
// Fails with what is wrong with a word, and with what Directory::find_city says. On the thread of the
// directory.
#pragma once

#include <map>
#include <string>

#include "node/reading/directory.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/search/search_index.h"

namespace koinon {

// Names with their values, decoded.
using SearchWords = std::map<std::string, std::string>;

// Empty where it is not said.
inline std::string search_word(const SearchWords& words, const std::string& name) {
  const auto it = words.find(name);
  return it == words.end() ? std::string() : it->second;
}

// Which records are meant: `q`, `topic`, `city`, `kind`.
template <typename Query>
Status read_scope(Directory& directory, const SearchWords& words, Query& query) {
  query.words = search_word(words, "q");
  if (query.words.size() > limits::kSearchBytes)
    return fail(Code::kTooLarge, "a search has at most 1024 bytes", "q");
  if (!is_utf8(query.words)) return fail(Code::kMalformed, "it is not UTF-8", "q");
  if (const auto topic = search_word(words, "topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  if (const auto city = search_word(words, "city"); !city.empty()) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    query.log = log.id;
  }
  if (const auto kind = search_word(words, "kind"); !kind.empty()) {
    KOINON_ASSIGN(query.kind, parse_kind(kind));
  }
  return {};
}

// Reads q, topic, city, country, language, kind, evidence, cost, sdg, outcome, versions, order, limit,
// cursor.
Result<SearchQuery> read_search(Directory& directory, const SearchWords& words);

}  // namespace koinon
