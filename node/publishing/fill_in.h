// What is still to be written in a note: marks such as ⟦To fill in: Challenge⟧ in its texts. A draft may have
// them; a note that has one is not signed. Pure functions, for any thread.
#pragma once

#include <string>
#include <string_view>

#include "koinon/v1/record.pb.h"
#include "node/publishing/field_rules.h"

namespace koinon {

// A mark with these words. The signs around them are U+27E6 and U+27E7, which hardly anybody types.
std::string fill_in_mark(std::string_view words);
// Whether a text has a mark, or a half of one that somebody has not wholly taken out.
bool has_fill_in(std::string_view text);
// Whether a text is a mark and nothing else.
bool is_fill_in(std::string_view text);
// One fault for each field of a note's content that has a mark, however many it has. The names are those of
// record.proto with a dot between levels: `challenge`, `needs.text`, `cost.note`.
void check_filled_in(const v1::Body& body, Faults& faults);

}  // namespace koinon
