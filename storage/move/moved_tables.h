// What a move carries over: every table of the store, of the office and of the bodies that are kept for a
// grace time. All of them have the same columns under the same names in both databases.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace koinon::move {

enum class Kind : unsigned char { kNumber, kBytes, kText };

struct Column {
  std::string_view name;
  Kind kind = Kind::kNumber;
};

struct Table {
  std::string_view name;
  std::size_t keys = 1;         // how many of the columns, from the first on, name a row
  std::vector<Column> columns;  // all of them
  // How many bytes a row takes, in SQL, where that may be much. Empty: it is little.
  std::string_view weight = {};
  // Has most of the bytes. It is copied from its last row on, also while koinond writes: its key is one
  // number, and no other column is unique. The others are copied as a whole, in one transaction.
  bool grows = false;
  // Its key begins with the number of a log, above so many bits; 0: it does not.
  unsigned log_bits = 0;
  // The database gives the numbers of its rows, and gives none again, also if the row is gone.
  bool numbered = false;
  // Rows with these keys, which are texts, belong to the place and not to what is moved.
  std::vector<std::string_view> of_place = {};
};

// In this order: what triggers add up comes after what they add up, and rows that others refer to come before
// those.
const std::vector<Table>& store_tables();
const std::vector<Table>& office_tables();
const Table& grace_table();

// A name as SQL takes it: `user` is a word of PostgreSQL's own.
std::string quoted(std::string_view name);
// As quoted(), with commas between them. `count`: the first so many.
std::string column_list(const Table& table, std::size_t count);
inline std::string column_list(const Table& table) { return column_list(table, table.columns.size()); }
bool has_text_key(const Table& table);

}  // namespace koinon::move
