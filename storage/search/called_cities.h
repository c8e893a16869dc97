// What cities are called: their domain, and the names in their latest profile, in every language. A city is
// found by any part of one of them.
//
// Each name is kept from each of its characters on, so that a look-up reads what it finds and no other name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "storage/search/search.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// The letters of a name as two writers of it agree on (folding.h), words with single spaces between. At most
// limits::kCityNameBytes. Pure.
std::string folded_city_name(std::string_view name);

// On the index worker's thread. `db` must live longer than it.
class CalledCities {
 public:
  explicit CalledCities(sqlite::Connection& db) : db_(db) {}

  Status put_domain(const LogId& log, std::string_view domain);
  // Instead of the names that an earlier profile gave it. At most limits::kCityNames of them.
  Status put_names(const LogId& log, const v1::Profile& profile);
  Status remove_names(const LogId& log);
  Status remove_city(const LogId& log);

 private:
  Status put(const LogId& log, std::string_view name, bool of_profile);

  sqlite::Connection& db_;
};

// By domain. On the thread of the connection.
Result<std::vector<LogId>> find_called_cities(sqlite::Connection& db, const CalledQuery& query);

}  // namespace koinon
