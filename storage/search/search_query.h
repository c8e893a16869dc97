// What somebody typed into a search box, as an FTS5 expression.
//
// Every word must occur, or one of its stems (or, where nothing has them all, at least half of them); "a
// phrase" occurs as it is; a final * asks for a beginning; -word must not occur.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/stemming.h"

namespace koinon {

struct SearchWords {
  std::string expression;         // empty: nothing to search for
  std::string any;                // the same words, of which some may be missing
  std::vector<unsigned> word_of;  // of each phrase of the expression, in order: which word it stands for
  unsigned words = 0;
  static constexpr unsigned kExcluded = ~0U;
};

// At most limits::kSearchBytes and limits::kSearchWords of it.
SearchWords read_search_words(std::string_view typed, const std::vector<Stemmer*>& stemmers);

// The stems of a text's words that are not words of it, each once, in no order.
std::vector<std::string> stems_of(std::string_view text, Stemmer& stemmer);

}  // namespace koinon
