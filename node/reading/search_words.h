// Reads the parameters of a list or a search: ?q=…&topic=….
//
// Reading them is pure. A city is looked up on the thread of the directory.
#pragma once

#include <string>

#include "node/reading/directory.h"
#include "node/text/params.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/search/search_index.h"

namespace koinon {

// Reads `q`, the words of a search.
inline Result<std::string> read_words(const Params& words) {
  std::string out = param(words, "q");
  if (out.size() > limits::kSearchBytes) return fail(Code::kTooLarge, "a search has at most 1024 bytes", "q");
  if (!is_utf8(out)) return fail(Code::kMalformed, "it is not UTF-8", "q");
  return out;
}

// Reads `q`, `topic` and `kind`. The error says which of them is wrong.
template <typename Query>
Status read_scope(const Params& words, Query& query) {
  KOINON_ASSIGN(query.words, read_words(words));
  if (const auto topic = param(words, "topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  if (const auto kind = param(words, "kind"); !kind.empty()) {
    KOINON_ASSIGN(query.kind, parse_kind(kind));
  }
  return {};
}

// `city` is the name of a city on this node: the query is only for its records. If `city` is empty, the query
// stays as it is. Fails like Directory::find_city.
template <typename Query>
Status find_scope(Directory& directory, const std::string& city, Query& query) {
  if (city.empty()) return {};
  KOINON_ASSIGN(const LogState log, directory.find_city(city));
  query.log = log.id;
  return {};
}

// A search whose city is not looked up yet.
struct NoteSearch {
  SearchQuery query;
  std::string city;  // the name of a city on this node, if query.log is not set; empty: all cities
  std::optional<UnixMillis> since;  // only what came here then or later, if query.after is not set
};
// The value of `outcome` that asks for what did not work and for what was stopped.
inline constexpr std::string_view kNoSuccess = "no-success";

// Reads q, topic, city, country, language, kind, evidence, cost, sdg, outcome, versions, order, since, limit,
// cursor. Country and language may have letters of any case.
Result<NoteSearch> read_note_search(const Params& words);
// The same, with its city looked up; `since` is not read.
Result<SearchQuery> read_search(Directory& directory, const Params& words);

}  // namespace koinon
