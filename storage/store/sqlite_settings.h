// The SQLite store's settings: values by name, those of the store itself and those that the operator set.
#pragma once

#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

class SqliteSettings {
 public:
  explicit SqliteSettings(sqlite::Connection& db) : db_(db) {}

  // Of the store itself.
  Result<std::optional<Bytes>> meta(std::string_view key);
  Status put_meta(std::string_view key, BytesView value);
  Result<JournalId> journal();

  // Of the operator; an empty value removes it.
  Result<std::optional<Bytes>> setting(std::string_view name);
  Status set_setting(std::string_view name, BytesView value);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
