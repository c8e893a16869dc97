#include "tests/postgres/test_server.h"

#include <array>
#include <memory>

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/temporary_folder.h"

extern char** environ;

namespace koinon::test {
namespace {

// The script ends when its input does, so it ends with this program in any case.
class TestServer {
 public:
  TestServer() {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    std::string script = KOINON_POSTGRES_SERVE;
    std::string place = folder_.path().string() + "/pg";
    ::chmod(folder_.path().c_str(), 0755);
    std::array<char*, 3> arguments = {script.data(), place.data(), nullptr};
    const int failed = ::posix_spawn(&process_, script.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    char first = 0;
    ready_ = failed == 0 && ::read(output[0], &first, 1) == 1 && first == 'r';
    ::close(output[0]);
  }
  ~TestServer() {
    if (input_ >= 0) ::close(input_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  bool is_ready() const { return ready_; }
  std::string folder() const { return folder_.path().string() + "/pg"; }
  int next() { return ++databases_; }

 private:
  TemporaryFolder folder_;
  pid_t process_ = 0;
  int input_ = -1;
  bool ready_ = false;
  int databases_ = 0;
};

TestServer& server() {
  static TestServer one;
  return one;
}

}  // namespace

std::string place_of(const std::string& database) {
  return "host=" + server().folder() + " user=koinon dbname=" + database;
}

std::string server_data_folder() { return server().folder() + "/data"; }

PostgresPlace fresh_database() {
  EXPECT_TRUE(server().is_ready()) << "no PostgreSQL server could be started: see tests/postgres/serve";
  const std::string name = "t" + std::to_string(server().next());
  const std::unique_ptr<PGconn, decltype(&PQfinish)> admin(PQconnectdb(place_of("postgres").c_str()),
                                                           PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> made(
      PQexec(admin.get(), ("CREATE DATABASE " + name).c_str()), PQclear);
  EXPECT_EQ(PQresultStatus(made.get()), PGRES_COMMAND_OK) << PQerrorMessage(admin.get());
  return {place_of(name)};
}

}  // namespace koinon::test
