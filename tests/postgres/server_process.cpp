#include "tests/postgres/server_process.h"

#include <array>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace koinon::test {
namespace {

struct Running {
  char state = 'X';  // of proc(5); X: it is gone
  pid_t parent = 0;
};

Running running(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t name_ends = text.rfind(')');
  if (name_ends == std::string::npos || name_ends + 4 > text.size()) return {};
  return {text[name_ends + 2], static_cast<pid_t>(std::strtol(text.c_str() + name_ends + 4, nullptr, 10))};
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  DIR* all = ::opendir("/proc");
  if (all == nullptr) return out;
  while (const dirent* one = ::readdir(all)) {
    const auto process = static_cast<pid_t>(std::strtol(one->d_name, nullptr, 10));
    if (process > 0 && running(one->d_name).parent == parent) out.push_back(process);
  }
  ::closedir(all);
  return out;
}

// A server is not started as long as one of these has its memory.
void wait_until_gone(pid_t process) {
  while (true) {
    const char state = running(std::to_string(process)).state;
    if (state == 'X' || state == 'Z') return;
    std::this_thread::yield();
  }
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> settings) : settings_(std::move(settings)) {
  ::chmod(folder_.path().c_str(), 0755);
  start();
}

ServerProcess::~ServerProcess() { stop(); }

std::string ServerProcess::folder() const { return folder_.path().string() + "/pg"; }

std::string ServerProcess::place_of(const std::string& database) const {
  return "host=" + folder() + " user=koinon dbname=" + database;
}

void ServerProcess::start() {
  ready_ = false;
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  std::vector<std::string> words = {KOINON_POSTGRES_SERVE, folder()};
  words.insert(words.end(), settings_.begin(), settings_.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = ::posix_spawn(&script_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  char first = 0;
  ready_ = failed == 0 && ::read(output[0], &first, 1) == 1 && first == 'r';
  ::close(output[0]);
}

// The script ends when its input does.
void ServerProcess::stop() {
  if (input_ >= 0) ::close(std::exchange(input_, -1));
  if (script_ > 0) ::waitpid(std::exchange(script_, 0), nullptr, 0);
}

void ServerProcess::kill_at_once() {
  std::ifstream in(folder() + "/data/postmaster.pid");
  pid_t server = 0;
  in >> server;
  ASSERT_GT(server, 0) << "the server does not run";
  ::kill(server, SIGSTOP);  // it starts nobody in the place of those who go
  std::vector<pid_t> all = children_of(server);
  all.push_back(server);
  for (const pid_t one : all) ::kill(one, SIGKILL);
  for (const pid_t one : all) wait_until_gone(one);
  ready_ = false;
  stop();
}

bool ServerProcess::run(const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> admin(PQconnectdb(place_of("postgres").c_str()),
                                                           PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> done(PQexec(admin.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(done.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

PostgresPlace ServerProcess::fresh_database(const std::string& more) {
  EXPECT_TRUE(is_ready()) << "no PostgreSQL server could be started: see tests/postgres/serve";
  const std::string name = "t" + std::to_string(++databases_);
  EXPECT_TRUE(run("CREATE DATABASE " + name + " " + more)) << "no database could be made";
  return {place_of(name)};
}

void ServerProcess::drop_database(const PostgresPlace& place) {
  (void)run("DROP DATABASE IF EXISTS " + place.url.substr(place.url.rfind('=') + 1) + " WITH (FORCE)");
}

}  // namespace koinon::test
