// The rules for what two cities say to each other: calls and visits, and proposals.
//
// Any thread.
#pragma once

#include "node/publishing/field_rules.h"
#include "node/publishing/note_file.h"

namespace koinon {

void check_call(const NoteFile& note, Faults& faults);
void check_call_reply(const NoteFile& note, Faults& faults);
void check_proposal(const NoteFile& note, Faults& faults);
void check_proposal_reply(const NoteFile& note, Faults& faults);

}  // namespace koinon
