// The words of a note, each once: what its stems and the list of all words are made of. A text is made ready
// once, and read once, for both.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "storage/search/note_text.h"

namespace koinon {

class NoteWords {
 public:
  NoteWords() = default;
  // Of a text in normalisation form C.
  explicit NoteWords(const NoteText& text);
  NoteWords(const NoteWords&) = delete;
  NoteWords& operator=(const NoteWords&) = delete;
  NoteWords(NoteWords&&) = default;
  NoteWords& operator=(NoteWords&&) = default;

  // Folded, as the tokenizer gives them, in the order in which each comes first.
  const std::vector<const std::string*>& in_order() const { return in_order_; }
  bool contains(const std::string& word) const { return words_.contains(word); }

 private:
  void read(std::string_view text);

  std::unordered_set<std::string> words_;  // whose elements stay where they are
  std::vector<const std::string*> in_order_;
};

}  // namespace koinon
