// Typing errors of one letter: a letter too many, too few or another one, or two letters in each other's
// place.
//
// Two words that differ so have a form in common if a letter is left out of each, or of one of them (the
// method of SymSpell: an index of deletions). So the words near to one are found by looking up some ten
// numbers, however many words there are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/sqlite.h"

namespace koinon {

// The words are folded UTF-8. False if they are the same.
bool one_letter_off(std::string_view a, std::string_view b);

// Numbers of the word itself and of all words that it becomes if one letter is left out; each once. They are
// stored: a change makes another kIndexVersion.
std::vector<std::int64_t> forms_less_one(std::string_view word);

inline constexpr std::size_t kShortestSpelled = 5;  // letters: of shorter words too many are near
// Whether a folded token is a word that people may mistype: letters alone, kShortestSpelled to twenty-four,
// of a script with spaces.
bool is_spelled(std::string_view token);

// Whether some note has the word.
Result<bool> has_word(sqlite::Connection& db, const std::string& word);
// Words of notes that differ from this one by one letter, at most limits::kNearWords. The cost does not grow
// with how many words there are.
Result<std::vector<std::string>> near_words(sqlite::Connection& db, const std::string& word);

}  // namespace koinon
