// Where the store of a new node is: koinond finds it by the configuration, so it stands there before the node
// is made.
#pragma once

#include <string>

#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"

namespace koinon {

// `url`: as store.url; empty: as the configuration says. It is written into the configuration of the folder,
// if it does not stand there. kConflict: the configuration names another one, or a node lives there already.
// kRefused: the configuration is not in the folder, or cannot take the line, which the error gives.
Result<StoreSource> settle_source(const DataFolder& folder, const std::string& url);

// kConflict: the store is that of a node. Whoever has its keys loses nothing by that.
Status check_no_node(Store& store, const StoreSource& source);

}  // namespace koinon
