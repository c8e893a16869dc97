// What every store answers in the same words.
#pragma once

#include "proto/base/result.h"

namespace koinon {

Error unknown_log();
Error no_such_entry();
Error no_such_peer();
Error no_such_invite();
// No record whose body is here names the file.
Error no_note_names_file();
Error no_such_chunk();
// A change outside begin … commit: the caller's defect.
Error outside_transaction();

}  // namespace koinon
