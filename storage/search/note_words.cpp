#include "storage/search/note_words.h"

#include "storage/search/tokenizer.h"

namespace koinon {

NoteWords::NoteWords(const NoteText& text) {
  for (const std::string* part : {&text.title, &text.summary, &text.text}) read(*part);
}

void NoteWords::read(std::string_view text) {
  std::string word;
  tokenize(text, false, [&](const Token& token) {
    word.assign(token.text);
    if (words_.contains(word)) return 0;
    in_order_.push_back(&*words_.insert(word).first);
    return 0;
  });
}

}  // namespace koinon
