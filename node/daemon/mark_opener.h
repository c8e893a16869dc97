// Chooses where a node keeps its mark, and opens it there.
#pragma once

#include "crypto/epoch.h"
#include "node/daemon/mark_place.h"

namespace koinon {

// `key`: of this node's MACs; a mark in etcd bears one. With etcd the files of earlier runs are removed:
// later they would say what is long past.
MarkOpener mark_opener(const MarkSettings& where, const LogId& log, const EpochKey& key);

}  // namespace koinon
