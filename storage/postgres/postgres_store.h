// The Store on PostgreSQL: one writer, which holds a lease (lease.h), and any number of readers, also on
// copies of the server that follow it (standbys). Replication and failover are the server's own.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "proto/base/limits.h"
#include "storage/postgres/postgres_place.h"
#include "storage/store/store_options.h"

namespace koinon {

struct PostgresStoreOptions : StoreOptions {
  PostgresPlace place;
  std::string holder;  // who writes, for people: the machine and the process
  // Signs of life are shown without keep_lease(), until that is called first: a start may take long.
  bool keeps_lease_at_start = false;
  // Tables with erased bytes are written anew that long after the first of them was erased.
  std::chrono::milliseconds erased_rewritten = limits::kErasedRewritten;
};

// The writer. Makes the schema, or brings it up to date. kUnavailable: "database.away" where the server
// cannot be reached, "store.written" where another program holds the lease.
Result<std::unique_ptr<Store>> open_postgres_store(const PostgresStoreOptions& options);
// A reader for another thread. A connection that was lost is made again. kRefused: the schema has not the
// newest version.
Result<std::unique_ptr<StoreReader>> open_postgres_reader(const PostgresPlace& place);
// What the node knew last whose store this is, without a change to it.
Result<StoreState> read_postgres_state(const PostgresPlace& place);

}  // namespace koinon
