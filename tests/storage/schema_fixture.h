// Databases of earlier versions, made of what is pinned in tests/fixtures: the steps of their schema, and
// rows.
#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/sqlite/sqlite.h"

namespace koinon::test {

// What stands between lines that begin with `mark`, and what each such line says behind it.
struct Block {
  std::string of;
  std::string sql;
};
inline std::vector<Block> blocks_of(const std::filesystem::path& path, const std::string& mark) {
  std::ifstream file(path);
  std::vector<Block> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(mark)) {
      out.push_back({line.substr(mark.size()), {}});
    } else if (!out.empty()) {
      out.back().sql += line + "\n";
    }
  }
  return out;
}

inline std::filesystem::path fixtures() { return KOINON_FIXTURES; }

inline std::vector<Block> pinned_steps(const std::string& name) {
  return blocks_of(fixtures() / "schemas" / (name + ".sql"), "-- step ");
}

// "4-" or "1-8".
inline bool covers(const std::string& versions, int version) {
  const std::size_t dash = versions.find('-');
  int first = 0;
  int last = version;
  std::from_chars(versions.data(), versions.data() + dash, first);
  std::from_chars(versions.data() + dash + 1, versions.data() + versions.size(), last);
  return first <= version && version <= last;
}

// The database `name` as the version of that number left it. Made of what is pinned alone.
inline void make_old_database(const std::filesystem::path& path, const std::string& name, int version) {
  auto db = sqlite::Connection::open(path, {});
  ASSERT_TRUE(db.ok()) << db.error().text();
  ASSERT_TRUE(db->execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL").ok());
  const auto steps = pinned_steps(name);
  ASSERT_GE(steps.size(), static_cast<std::size_t>(version)) << name;
  for (int step = 0; step < version; ++step)
    ASSERT_TRUE(db->execute(steps[static_cast<std::size_t>(step)].sql).ok()) << name << " " << step + 1;
  ASSERT_TRUE(db->execute("PRAGMA user_version=" + std::to_string(version)).ok());
  for (const std::string part : {"", "-more"}) {
    for (const Block& block : blocks_of(fixtures() / "rows" / (name + part + ".sql"), "-- versions ")) {
      if (!covers(block.of, version)) continue;
      const Status put = db->execute(block.sql);
      ASSERT_TRUE(put.ok()) << name << " " << version << " " << block.of << ": " << put.error().text();
    }
  }
}

// The first column of each row.
inline std::vector<std::string> texts(sqlite::Connection& db, const std::string& sql) {
  std::vector<std::string> out;
  auto select = db.prepare(sql);
  for (;;) {
    const auto row = select.step();
    EXPECT_TRUE(row.ok()) << sql;
    if (!row.ok() || !*row) return out;
    out.push_back(select.text(0));
  }
}

// All that the schema is.
inline std::vector<std::string> schema_of(sqlite::Connection& db) {
  return texts(db,
               "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM "
               "sqlite_master ORDER BY type, name");
}

// What of the rows of `before` is not in `now`: "table" or "table.column" of each. Tables and columns that
// were given up say nothing.
inline std::vector<std::string> lost_rows(const std::filesystem::path& before,
                                          const std::filesystem::path& now) {
  std::vector<std::string> out;
  auto db = sqlite::Connection::open(now, {});
  EXPECT_TRUE(db.ok());
  EXPECT_TRUE(db->execute("ATTACH '" + before.string() + "' AS old").ok());
  for (const std::string& table :
       texts(*db, "SELECT name FROM old.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
    const std::string of_both = "SELECT name FROM pragma_table_info('" + table +
                                "', 'old') INTERSECT SELECT name FROM pragma_table_info('" + table +
                                "', 'main')";
    std::string all;
    for (const std::string& column : texts(*db, of_both)) all += (all.empty() ? "" : ", ") + column;
    if (all.empty()) continue;
    const auto differs = [&](const std::string& columns) {
      const std::string rows =
          "SELECT " + columns + " FROM old." + table + " EXCEPT SELECT " + columns + " FROM main." + table;
      return texts(*db, "SELECT count(*) FROM (" + rows + ")").front() != "0";
    };
    if (!differs(all)) continue;
    const std::size_t found = out.size();
    for (const std::string& column : texts(*db, of_both)) {
      if (differs(column)) out.push_back(table + "." + column);
    }
    if (out.size() == found) out.push_back(table);
  }
  return out;
}

}  // namespace koinon::test
