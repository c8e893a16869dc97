// An adoption and the practice that it adopts, as lists show them.
#pragma once

#include <string>
#include <vector>

#include "node/reading/summary_view.h"
#include "storage/search/ties.h"

namespace koinon {

struct AdoptionView {
  SummaryView note;
  std::string stage;     // trying, adopted, adapted, stopped
  std::string outcome;   // too-early, worked, partly, did-not; empty: it states none
  std::string of;        // the practice's ref
  std::string of_city;   // the practice's city
  std::string of_title;  // empty: the practice is not here
  std::string of_language;
  int year = 0;      // in which the city first wrote of it; 0: not clear
  std::string told;  // the first sentence of what it changed or of what came of it, where that was looked for
};

Result<AdoptionView> read_adoption_view(Directory& directory, IndexReader& index, const Tie& tie);
Result<std::vector<AdoptionView>> read_adoption_views(Directory& directory, IndexReader& index,
                                                      const std::vector<Tie>& ties);
// Reads `told` from the note: the results first, then what was changed. It stays empty where the text is not
// here or says neither.
void read_told(StoreReader& store, IndexReader& index, AdoptionView& view);

// Of a text's first paragraph the first sentence, as plain text on one line, with an ellipsis where it was
// cut.
std::string first_sentence(std::string_view markdown);

}  // namespace koinon
