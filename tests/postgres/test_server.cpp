#include "tests/postgres/test_server.h"

#include "tests/postgres/server_process.h"

namespace koinon::test {

ServerProcess& test_server() {
  static ServerProcess one;
  return one;
}

std::string place_of(const std::string& database) { return test_server().place_of(database); }

std::string server_data_folder() { return test_server().folder() + "/data"; }

PostgresPlace fresh_database() { return test_server().fresh_database(); }

}  // namespace koinon::test
