// Root works on the folder of a node as the user to whom the folder belongs.
//
// That user may put anything into its folder, and may have been taken over: a link in place of a file, or a
// configuration that names files of others. With root's rights such a link would be followed anywhere, and
// what root makes there koinond could not open.
#pragma once

#include <filesystem>

#include "proto/base/result.h"

namespace koinon {

// Where this is run by root, and the folder belongs to somebody else, the whole process is that user from now
// on, with the groups of that user alone; there is no way back. Else, and where there is no such folder,
// nothing changes. Commands call it before they open anything in the folder, and while no other thread runs.
// kRefused: it could not be done, and nothing in the folder may be touched.
//
// Not of those that make a folder (init, restore, recover), nor of backup: that reads alone, and what it
// writes may be where only root may.
Status become_owner_of(const std::filesystem::path& folder);

}  // namespace koinon
