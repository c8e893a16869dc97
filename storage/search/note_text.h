// The text of a body, as people read and search it.
#pragma once

#include "koinon/v1/record.pb.h"

namespace koinon {

struct NoteText {
  std::string title;
  std::string summary;
  std::string text;  // all other text that is searched
};
NoteText note_text(const v1::Body& body);

}  // namespace koinon
