// What somebody typed into a search box, as an FTS5 expression.
//
// Every word must occur, or one of its stems, or a topic so called (or, where nothing has them all, at least
// half of them); "a phrase" occurs as it is; a final * asks for a beginning; -word must not occur.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/stemming.h"
#include "storage/search/topic_words.h"

namespace koinon {

struct SearchWords {
  std::string expression;  // empty: nothing to search for
  std::string any;         // the same words, of which some may be missing
  // Each phrase of the expression, in order: which word it stands for, and how much it counts for it.
  struct Phrase {
    unsigned word = 0;
    double share = 1;
    std::vector<std::string> words;  // that follow each other, as the tokenizer gives them
    bool prefix = false;             // the last one is a beginning
  };
  std::vector<Phrase> phrases;
  unsigned words = 0;
  static constexpr unsigned kExcluded = ~0U;
};

// What typed words may stand for, beside themselves.
struct WordForms {
  std::vector<Stemmer*> stemmers;
  const TopicWords* topics = nullptr;  // null: none
};

// At most limits::kSearchBytes and limits::kSearchWords of it.
SearchWords read_search_words(std::string_view typed, const WordForms& forms);

// The stems of a text's words that are not words of it, each once, in no order.
std::vector<std::string> stems_of(std::string_view text, Stemmer& stemmer);

}  // namespace koinon
