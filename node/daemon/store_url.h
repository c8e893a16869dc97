// The address of a PostgreSQL server with a store, as libpq takes it: postgresql://USER@HOST:PORT/DATABASE,
// of several hosts where a standby may take over, or words as host=HOST dbname=DATABASE.
#pragma once

#include <map>
#include <string>

#include "proto/base/result.h"

namespace koinon {

struct StoreUrl {
  std::map<std::string, std::string> values;  // by libpq's names: host, port, dbname, user, passfile

  // kInvalidArgument: it is no such address, or it has a password in it. The error repeats nothing of it.
  static Result<StoreUrl> parse(const std::string& text);

  // Hosts and database alone, for people and logs: it does not say as whom the node comes.
  std::string place() const;
};

}  // namespace koinon
