// The rules for notes that an office publishes, however the note was written.
#pragma once

#include "node/publishing/note_file.h"

namespace koinon {

// Checks title, language, text, the range of numbers, and that there are no control characters. Errors name
// the field at fault.
Status check_note(const NoteFile& note);

}  // namespace koinon
