// Looks at the files of notes: every chunk that is held, and the digests of whole files.
#pragma once

#include "storage/fsck/damage.h"
#include "storage/sql/connection.h"

namespace koinon::fsck {

Status check_files(sql::Connection& db, Report& report);

}  // namespace koinon::fsck
