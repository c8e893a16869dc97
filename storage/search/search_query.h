// Turns what somebody typed into a search box into an FTS5 expression.
//
// Each word must occur, or one of its stems, or a topic that is called so, or another name of that topic, or
// a word that differs by one letter. Words that only hold a sentence together (function_words.h) fall away.
// "a phrase" must occur as it is, in quotation marks of any kind. A * at the end of a word asks for words
// that begin so. -word must not occur. Of a OR b one must occur. With Match::kAny one of the words is enough.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/search/note_words.h"
#include "storage/search/stemming.h"
#include "storage/search/topic_words.h"

namespace koinon {

struct SearchWords {
  std::string expression;  // empty: nothing to search for
  // Each phrase of the expression, in order: for which word it stands, and how much it counts for that word.
  struct Phrase {
    unsigned word = 0;
    double share = 1;
    std::vector<std::string> words;  // they follow each other; the tokenizer made them
    bool prefix = false;             // the last word may go on
  };
  std::vector<Phrase> phrases;
  unsigned words = 0;
  bool sentence = false;  // words fell away, or there are many: a note that has some of them is an answer
  static constexpr unsigned kExcluded = ~0U;
};

// What a typed word may stand for, beside itself.
struct WordForms {
  std::vector<Stemmer*> stemmers;
  const TopicWords* topics = nullptr;  // null: none
  // Words of notes that differ from a word by one letter. None if a note has the word itself.
  std::function<std::vector<std::string>(const std::string&)> near = {};
};

// Whether a note must have all words or one of them. In kAny a long run of a dense script, in which a
// sentence may be written without a space, stands for its pairs of characters.
enum class Match { kAll, kAny };

// Reads at most limits::kSearchBytes and limits::kSearchWords.
SearchWords read_search_words(std::string_view typed, const WordForms& forms, Match match = Match::kAll);

// The stems of the words of a text, each once, in no order. Stems that are themselves words of the text are
// left out.
std::vector<std::string> stems_of(const NoteWords& words, RememberingStemmer& stemmer);

}  // namespace koinon
