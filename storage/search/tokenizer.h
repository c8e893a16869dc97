// The FTS5 tokenizer "koinon".
//
// Scripts with spaces give one token a word: case folded, compatibility forms unified, accents dropped.
// Scripts without reliable word boundaries (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese) give overlapping
// pairs of characters, with each single character at the same place, so that any run of characters, two
// long or longer, is found by its pairs as a phrase, and a single one by itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite.h"

namespace koinon {

struct Token {
  std::string_view text;
  int begin = 0;  // byte offsets in the source
  int end = 0;
  bool same_place = false;  // stands where the token before stands
};

// Calls `emit` with each token; `query` chooses the form that a search asks for. Stops when emit returns
// a value that is not 0, and returns that. Text that is not UTF-8 gives replacement characters, no error.
int tokenize(std::string_view text, bool query, const std::function<int(const Token&)>& emit);

// The words of a text in the form that a search asks for.
std::vector<std::string> query_words(std::string_view text);

// Unicode normalisation form C, in which text is indexed and searched.
std::string nfc(std::string_view text);

// The full-text extension of a connection.
Result<fts5_api*> fts5_of(sqlite::Connection& db);
// Makes tokenize='koinon' known to a connection.
Status register_tokenizer(sqlite::Connection& db);

}  // namespace koinon
