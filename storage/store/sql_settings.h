// The settings of a store of SQL: values by name. Some are the store's own, the others the operator's.
#pragma once

#include "storage/sql/connection.h"
#include "storage/store/store.h"

namespace koinon {

class SqlSettings {
 public:
  explicit SqlSettings(sql::Connection& db) : db_(db) {}

  // A value of the store itself.
  Result<std::optional<Bytes>> meta(std::string_view key);
  Status put_meta(std::string_view key, BytesView value);
  Result<std::optional<LogId>> own_log();
  // Which version of the program has written here; empty: nothing is noted.
  Status note_program(std::string_view program);

  // A setting of the operator. Setting an empty value removes it.
  Result<std::optional<Bytes>> setting(std::string_view name);
  Status set_setting(std::string_view name, BytesView value);
  // Removes the settings whose name begins so, and whose value is a number that is at least `least`.
  Status forget_numbers(std::string_view begin, std::uint64_t least);

 private:
  sql::Connection& db_;
};

}  // namespace koinon
