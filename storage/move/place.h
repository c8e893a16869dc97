// One of the two places of a move: where a node's store is, and its office. In files of a data folder
// (SQLite) or on a server (PostgreSQL).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "storage/office/office_db.h"
#include "storage/sql/connection.h"

namespace koinon::move {

struct Place {
  std::unique_ptr<sql::Connection> store;
  std::unique_ptr<sql::Connection> grace;  // null: the store's connection has those bodies, too
  std::unique_ptr<OfficeDb> office;        // null: it was not opened
  std::string grace_name = "body";         // of the table
  bool is_server = false;
  // Inside a transaction, before rows of this log come into the large tables. Null: they need nothing.
  std::function<Status(std::int64_t log_number)> make_room;

  sql::Connection& bodies() { return grace ? *grace : *store; }
};

// Where the files are. Those of a node have the names that DataFolder gives them.
struct PlaceFiles {
  std::filesystem::path store;
  std::filesystem::path office;
};

// The files must be there. Nobody else writes the store. kRefused: they are of another version of Koinon.
Result<Place> open_files(const PlaceFiles& files);
// The store alone, while koinond writes it. Nothing in it is changed.
Result<Place> open_files_ahead(const PlaceFiles& files);
// Makes them, where they are missing.
Result<Place> make_files(const PlaceFiles& files);

// The store must be there.
Result<Place> open_server(const std::string& url);
Result<Place> open_server_ahead(const std::string& url);  // the store alone
// Makes schemas and tables, where they are missing. `holder`: who is at work there, for people.
Result<Place> make_server(const std::string& url, const std::string& holder);

}  // namespace koinon::move
