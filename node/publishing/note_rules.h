// The rules for notes that an office publishes, however the note was written.
#pragma once

#include "node/publishing/note_file.h"

namespace koinon {

// Takes out of its texts what nobody sees (plain_text). What we sign has none of it, so that it is the same
// wherever it is shown or exported, nor blank lines around a text. It is not refused: whoever pastes it
// cannot see it either, nor find it.
void make_plain(NoteFile& note);

// Checks title, language, text and the range of numbers of a note that is plain. The error names the field at
// fault; what is wrong with others stands in `also`, up to limits::kFaultsTold in all.
Status check_note(const NoteFile& note);

// Refuses a topic that the vocabulary does not have, but one that reads nearly like it (topic_meant): what is
// signed at once is not mended any more. The error, of field `topics`, names all such topics.
Status check_topics_meant(const NoteFile& note);

}  // namespace koinon
