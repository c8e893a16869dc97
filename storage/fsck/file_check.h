// Looks at the files of notes: every chunk that is held, and the digests of whole files.
#pragma once

#include "storage/fsck/damage.h"
#include "storage/sqlite/sqlite.h"

namespace koinon::fsck {

Status check_files(sqlite::Connection& db, Report& report);

}  // namespace koinon::fsck
