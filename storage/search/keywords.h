// What a note is found by, beside its words: their stems, and its topics with those above them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "koinon/v1/record.pb.h"
#include "storage/search/note_text.h"
#include "storage/search/stemming.h"

namespace koinon {

// One thread: stemmers keep state.
class Keywords {
 public:
  // A line each.
  std::string of(const v1::Entry& entry, const NoteText& text);

 private:
  std::map<std::string, std::unique_ptr<Stemmer>> stemmers_;  // by language; null where there is none
};

}  // namespace koinon
