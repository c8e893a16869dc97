#include "tools/bench/own_server.h"

#include <array>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/postgres/connection.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace koinon {
namespace {

constexpr std::chrono::minutes kDatabaseDeadline{5};

}  // namespace

Result<std::unique_ptr<OwnServer>> OwnServer::start(const std::filesystem::path& folder) {
  std::unique_ptr<OwnServer> server(new OwnServer(folder));
  KOINON_TRY(server->run());
  return server;
}

// The script ends when its input does, so it ends with this program in any case.
Status OwnServer::run() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::permissions(folder_.parent_path(), fs::perms::others_exec | fs::perms::group_exec,
                  fs::perm_options::add, ignored);
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
    return fail(Code::kIo, "no pipe could be made", "server");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  std::vector<std::string> words = {KOINON_POSTGRES_SERVE,  folder_.string(),   "fsync=on",
                                    "shared_buffers=256MB", "max_wal_size=4GB", "wal_recycle=on",
                                    "autovacuum=on"};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = ::posix_spawn(&process_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  char first = 0;
  const bool ready = failed == 0 && ::read(output[0], &first, 1) == 1 && first == 'r';
  ::close(output[0]);
  return ready ? Status() : fail(Code::kIo, "PostgreSQL could not be started", KOINON_POSTGRES_SERVE);
}

OwnServer::~OwnServer() {
  if (input_ >= 0) ::close(input_);
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
}

std::string OwnServer::url(const std::string& database) const {
  return "host=" + folder_.string() + " user=koinon dbname=" + database;
}

Result<std::string> OwnServer::make_database(const std::string& name) const {
  KOINON_ASSIGN(const auto db, postgres::Connection::open({url("postgres")}, {}));
  KOINON_TRY(db->maintain("CREATE DATABASE " + name, kDatabaseDeadline));
  return url(name);
}

Result<std::string> server_for(const std::string& store, const std::filesystem::path& folder,
                               std::unique_ptr<OwnServer>& own) {
  if (store != "own") return store;
  KOINON_ASSIGN(own, OwnServer::start(folder / "server"));
  return own->make_database("bench");
}

}  // namespace koinon
