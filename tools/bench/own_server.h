// A PostgreSQL server for a measurement, with its data in a folder of the measurement. It syncs what it
// commits.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <sys/types.h>

#include "proto/base/result.h"

namespace koinon {

class OwnServer {
 public:
  // tests/postgres/serve starts it.
  static Result<std::unique_ptr<OwnServer>> start(const std::filesystem::path& folder);
  ~OwnServer();
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  // A database that is empty. As --store takes it.
  Result<std::string> make_database(const std::string& name) const;

 private:
  explicit OwnServer(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Status run();
  std::string url(const std::string& database) const;

  std::filesystem::path folder_;
  pid_t process_ = 0;
  int input_ = -1;
};

// The server that --store names; "own": one that is started for the measurement, which `own` then holds.
Result<std::string> server_for(const std::string& store, const std::filesystem::path& folder,
                               std::unique_ptr<OwnServer>& own);

}  // namespace koinon
