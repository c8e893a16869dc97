// A practice of another city as the template of one of our own: what makes it this practice is kept, what is
// theirs is to be written anew. Pure functions, for any thread.
#pragma once

#include <string>

#include "koinon/v1/record.pb.h"

namespace koinon {

// What the credit says of where a practice comes from.
struct TemplateOrigin {
  std::string city;     // as people call it
  std::string ref;      // seoul.example/17
  std::string date;     // ISO 8601
  std::string address;  // of its page, where others can open it; may be empty
};

// The practice of our own, in `language`, from one that is written in `original_language`.
//
// Kept: title, core, the kinds of its needs, the goals that it serves, and its licence. Each text of theirs
// becomes a mark (fill_in.h) in `language`; so does the solution if there is none. Where the languages
// differ, title and core have a mark behind them, too: somebody must translate them. Of costs the note alone
// has a mark. What takes no mark (status, evidence, amounts) and what is theirs alone (contact, partners,
// links, sources, files, commitments) is left out. The only source is the original, with its licence.
v1::Practice practice_of_template(const v1::Practice& original, const std::string& original_language,
                                  const std::string& language, const TemplateOrigin& origin);

}  // namespace koinon
