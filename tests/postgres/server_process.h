// A PostgreSQL server as a process of a test (tests/postgres/serve), on a socket in a folder of its own. It
// ends with this object, and with this program in any case.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "storage/postgres/postgres_place.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class ServerProcess {
 public:
  // `settings`: of the server, as NAME=VALUE. It does not sync its files unless they say so.
  explicit ServerProcess(std::vector<std::string> settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  bool is_ready() const { return ready_; }
  // The folder that has the server's socket and its data.
  std::string folder() const;
  // libpq's text for a database there.
  std::string place_of(const std::string& database) const;
  // Makes a database that nobody has used yet. `more`: of CREATE DATABASE, such as TEMPLATE. Fails the test
  // where that cannot be.
  PostgresPlace fresh_database(const std::string& more = {});
  // Ends those who use it.
  void drop_database(const PostgresPlace& place);
  // One statement, outside of all databases of tests. False: it failed, which is no fault of the test yet.
  bool run(const std::string& sql);

  // As the kernel ends it, or the power: all of its processes at once, and none of them can do anything more.
  void kill_at_once();
  // The same data once more, after a kill. It repairs itself.
  void start();

 private:
  void stop();

  TemporaryFolder folder_;
  std::vector<std::string> settings_;
  pid_t script_ = 0;
  int input_ = -1;
  bool ready_ = false;
  int databases_ = 0;
};

}  // namespace koinon::test
