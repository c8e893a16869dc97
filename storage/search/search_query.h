// Turns what somebody typed into a search box into an FTS5 expression.
//
// Each word must occur, or one of its stems, or a topic that is called so. If no note has all words, half of
// them are enough. "a phrase" must occur as it is. A * at the end of a word asks for words that begin so.
// -word must not occur.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/stemming.h"
#include "storage/search/topic_words.h"

namespace koinon {

struct SearchWords {
  std::string expression;  // empty: nothing to search for
  std::string any;         // the same words; some of them may be missing
  // Each phrase of the expression, in order: for which word it stands, and how much it counts for that word.
  struct Phrase {
    unsigned word = 0;
    double share = 1;
    std::vector<std::string> words;  // they follow each other; the tokenizer made them
    bool prefix = false;             // the last word may go on
  };
  std::vector<Phrase> phrases;
  unsigned words = 0;
  static constexpr unsigned kExcluded = ~0U;
};

// What a typed word may stand for, beside itself.
struct WordForms {
  std::vector<Stemmer*> stemmers;
  const TopicWords* topics = nullptr;  // null: none
};

// Reads at most limits::kSearchBytes and limits::kSearchWords.
SearchWords read_search_words(std::string_view typed, const WordForms& forms);

// The stems of the words of a text, each once, in no order. Stems that are themselves words of the text are
// left out.
std::vector<std::string> stems_of(std::string_view text, Stemmer& stemmer);

}  // namespace koinon
