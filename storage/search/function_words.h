// Words that hold a sentence together and say nothing of what is looked for: how, the, of. A note need not
// have them.
//
// Lists for the languages that have a stemmer, and for some more. A word that is one in one language may be
// what is looked for in another ("care" is Romanian for "which"). Such words only fall away beside others of
// the same language. Immutable; safe on any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

class FunctionWords {
 public:
  static const FunctionWords& builtin();

  // For each of these words, as the tokenizer gives them, whether it may fall away.
  std::vector<bool> among(const std::vector<std::string>& words) const;
  // Parts of words that stand before an apostrophe: l'eau, dell'acqua.
  static bool is_elided(std::string_view part);

 private:
  FunctionWords();
  struct Place {
    std::size_t language = 0;
    bool other_meaning = false;  // in another language it says something
  };
  std::map<std::string, std::vector<Place>, std::less<>> words_;
  std::size_t languages_ = 0;
};

// A Korean word without the particle at its end: 학교를, 학교. The word itself if it has none.
std::string_view without_particle(std::string_view word);

}  // namespace koinon
