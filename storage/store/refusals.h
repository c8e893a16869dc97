// Errors that every store gives in the same words.
#pragma once

#include "proto/base/result.h"

namespace koinon {

Error unknown_log();
Error no_such_entry();
Error no_such_peer();
Error no_such_invite();
// No record with a body here names the file.
Error no_note_names_file();
Error no_such_chunk();
// A change was tried outside begin … commit. That is a defect of the caller.
Error outside_transaction();

}  // namespace koinon
