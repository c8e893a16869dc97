// The rules for what an office publishes, whichever way it came.
#pragma once

#include "node/publishing/note_file.h"

namespace koinon {

// Title, language, text, numbers in range, no control characters. Errors name the field at fault.
Status check_note(const NoteFile& note);

}  // namespace koinon
