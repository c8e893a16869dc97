// Whether this program knows all that a data folder holds, looked at before anything in it is changed.
#pragma once

#include "node/daemon/data_folder.h"

namespace koinon {

// kRefused: a newer version of Koinon wrote a database, and the error says which version and what to do. The
// search index is not looked at: one of another version is made anew from the store. The folder is locked.
Status check_versions(const DataFolder& folder);

}  // namespace koinon
