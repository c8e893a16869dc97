// The FTS5 tokenizer "koinon".
//
// In scripts with spaces each word is one token, folded (folding.h). An apostrophe in a word parts it: each
// part is a token, and the whole word without apostrophes is another at the place of the first part. So
// "l'eau" is found by "eau", and "Hawai'i" by "hawaii". An emoji is one token.
// Some scripts have no reliable word boundaries (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese). They give
// overlapping pairs of characters, and each single character at the same place. So a run of two or more
// characters is found as a phrase of its pairs, and a single character is found by itself. Where a word may
// begin, at the beginning of a run or where the script changes, the pair stands once more, with a mark before
// it. So what is a word can be told from what is inside another: Kyoto (京都) from Tokyo (東京都).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/sqlite.h"

namespace koinon {

struct Token {
  std::string_view text;
  int begin = 0;  // byte offsets in the source
  int end = 0;
  bool same_place = false;  // it stands at the same place as the token before
};

// Before what is typed in a dense script it asks for words that begin so. In a token it stands before the
// pair that begins a word. It is a code point for private use: in a text that is indexed it separates words.
inline constexpr std::string_view kBeginning = "\xEE\x80\x80";
inline constexpr char32_t kBeginningMark = 0xE000;

// Calls `emit` with each token. `query` chooses the form that a search asks for. If emit returns a value that
// is not 0, it stops and returns that value. Bytes that are not UTF-8 become replacement characters and are
// no error.
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
