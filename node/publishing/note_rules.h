// The rules for notes that an office publishes, however the note was written.
#pragma once

#include "node/publishing/note_file.h"

namespace koinon {

// Checks title, language, text, the range of numbers, and that there are no control characters. The error
// names the field at fault; what is wrong with others stands in `also`, up to limits::kFaultsTold in all.
Status check_note(const NoteFile& note);

}  // namespace koinon
