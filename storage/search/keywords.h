// By what a note is found beside its words: their stems, and its topics with the topics above them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "koinon/v1/record.pb.h"
#include "storage/search/note_text.h"
#include "storage/search/stemming.h"

namespace koinon {

// Belongs to one thread: stemmers keep state.
class Keywords {
 public:
  // One line for each keyword.
  std::string of(const v1::Entry& entry, const NoteText& text);

 private:
  std::map<std::string, std::unique_ptr<Stemmer>> stemmers_;  // by language; null if the language has none
};

}  // namespace koinon
