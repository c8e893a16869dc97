// Finds where in a note the words of a search are. It marks them in the title, and picks the part of the text
// with most of them. It reads at most limits::kHighlightBytes of a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/search/search.h"
#include "storage/search/search_query.h"

namespace koinon {

class Highlighter {
 public:
  explicit Highlighter(const SearchWords& words);

  // The whole text in pieces. The stemmer of the text's language finds other forms of a word; null: there is
  // none.
  std::vector<Piece> whole(std::string_view text, Stemmer* stemmer) const;
  // Some forty words with most of the search's words among them. Nothing if the text has none of these.
  std::optional<std::vector<Piece>> excerpt(std::string_view text, Stemmer* stemmer) const;
  // The first forty words, unmarked.
  static std::vector<Piece> beginning(std::string_view text);

 private:
  // A place where the text has a word. In scripts without spaces it is a pair of characters, or the first of
  // them alone.
  struct Place {
    int begin = 0;
    int end = 0;
    int end_of_single = 0;
    unsigned word = 0;  // which of the search's words, from 1 on; 0: none of them
    unsigned single = 0;
  };
  struct Mark {
    int begin = 0;
    int end = 0;
    std::size_t place = 0;
    unsigned word = 0;
  };
  struct Sequence {
    std::vector<unsigned> words;
    bool prefix = false;
    unsigned word = 0;
  };

  std::vector<Place> places(std::string_view text, Stemmer* stemmer) const;
  std::vector<Mark> marks(const std::vector<Place>& places) const;
  std::optional<int> follows(const Sequence& sequence, const std::vector<Place>& places,
                             std::size_t from) const;
  unsigned number_of(std::string_view word, Stemmer* stemmer) const;

  std::vector<Sequence> sequences_;
  std::unordered_map<std::string, unsigned> numbers_;
  std::vector<std::pair<std::string, unsigned>> beginnings_;  // for a last word that may go on
};

}  // namespace koinon
