// The settings of the SQLite store: values by name. Some are the store's own, the others the operator's.
#pragma once

#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

class SqliteSettings {
 public:
  explicit SqliteSettings(sqlite::Connection& db) : db_(db) {}

  // A value of the store itself.
  Result<std::optional<Bytes>> meta(std::string_view key);
  Status put_meta(std::string_view key, BytesView value);
  Result<std::optional<LogId>> own_log();

  // A setting of the operator. Setting an empty value removes it.
  Result<std::optional<Bytes>> setting(std::string_view name);
  Status set_setting(std::string_view name, BytesView value);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
