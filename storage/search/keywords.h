// By what a note is found beside its words: their stems, and its topics with the topics above them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "koinon/v1/record.pb.h"
#include "storage/search/note_words.h"
#include "storage/search/stemming.h"

namespace koinon {

// Belongs to one thread: stemmers keep state.
class Keywords {
 public:
  // One line for each keyword.
  std::string of(const v1::Entry& entry, const NoteWords& words);
  // Nothing is indexed for a while: gives memory back.
  void rest();

 private:
  // Null: Snowball does not know the language.
  RememberingStemmer* stemmer_of(std::string_view tag);

  std::map<std::string, std::unique_ptr<RememberingStemmer>, std::less<>> stemmers_;  // by language
};

}  // namespace koinon
