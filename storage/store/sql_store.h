// The Store in SQL: one writer, any number of readers. Which database it is, its engine knows.
#pragma once

#include <memory>

#include "storage/store/store_engine.h"
#include "storage/store/store_options.h"

namespace koinon {

// The writer. The engine's database has the newest schema.
Result<std::unique_ptr<Store>> open_sql_store(std::unique_ptr<StoreEngine> engine, StoreOptions options);
// What the node knew last whose store this is, without a change to it.
Result<StoreState> read_sql_state(std::unique_ptr<StoreEngine> engine);
std::unique_ptr<StoreReader> make_sql_reader(std::unique_ptr<ReadEngine> engine);

}  // namespace koinon
