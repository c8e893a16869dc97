// The words of all notes, each once, by which typing errors are found (spelling.h).
//
// A city may bring so many words that nobody had before; further ones are found only if they are typed
// rightly. A word stays when the last note that has it goes. So words of deleted texts are looked for and
// removed when the index is cleaned. Belongs to the index worker's thread. `db` must live longer than it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "proto/base/types.h"
#include "storage/search/note_words.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

class WordRows {
 public:
  explicit WordRows(sqlite::Connection& db) : db_(db) {}

  // Adds the words of a note of this city. Takes in at most limits::kWordsOfNote of them.
  Status add(const LogId& log, const NoteWords& of_note);
  // A removed city's room is free again.
  Status remove_city(const LogId& log);
  // Looks at some of the words, and removes those that no note has any more. True: there are more to look at.
  Result<bool> clean_some();
  // From now on clean_some begins anew.
  void begin_anew() { cleaned_ = 0; }
  // What was added may not be there any more: a transaction was rolled back, or words were removed.
  void forget() { seen_.clear(); }

 private:
  Status add_all(const LogId& log, const std::vector<const std::string*>& words);

  sqlite::Connection& db_;
  std::unordered_set<std::string> seen_;  // words that are there, so that common ones are not looked up
  std::int64_t cleaned_ = 0;              // words up to this one are clean
};

}  // namespace koinon
