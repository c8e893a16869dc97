// Words that stand in a practice beside the headings of its sections, in the language of the note: what a
// need is of, what single fields are called, and what is said where something is still to be written. Built
// in; immutable; safe to read from any thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace koinon {

// What a need may be of (Need.what in record.proto).
inline constexpr std::array<std::string_view, 6> kNeedKinds = {"mandate",  "money", "people",
                                                               "partners", "place", "data"};

class PracticeWords {
 public:
  // The list that this program was built with.
  static const PracticeWords& builtin();
  // Lines of tab-separated values, as in practice_words.tsv. Malformed lines are skipped.
  explicit PracticeWords(std::string_view tsv);

  // A word by its key (`needs`, `fill_in`, `staff`, …) in a language of the list, else in English. The key
  // itself if there is no such word.
  std::string word(std::string_view key, std::string_view language) const;
  // What a kind of need is called. The kind itself if this program does not know it: other cities may.
  std::string need_label(std::string_view kind, std::string_view language) const;
  // The kind that is meant by its name in record.proto, or by its label in any language of the list.
  std::optional<std::string> need_kind(std::string_view label) const;

 private:
  using ByLanguage = std::map<std::string, std::string, std::less<>>;
  std::map<std::string, ByLanguage, std::less<>> words_;
  std::map<std::string, std::string, std::less<>> kind_by_label_;  // in lower case
};

}  // namespace koinon
