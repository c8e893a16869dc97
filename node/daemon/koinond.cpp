// The daemon: reads its configuration, runs a node until it is told to stop. SIGHUP has it read its
// configuration again. Where it loses a store on a server, it starts over (start_over.h).
#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <google/protobuf/stubs/logging.h>

#include "crypto/secret_memory.h"
#include "node/daemon/config_place.h"
#include "node/daemon/config_reload.h"
#include "node/daemon/daemon_arguments.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/idle_memory.h"
#include "node/daemon/running_node.h"
#include "node/daemon/service_report.h"
#include "node/daemon/start_over.h"
#include "node/text/time_zone.h"
#include "proto/base/nearest_word.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// Each is told with the one that may be meant. What follows an unknown option is taken for its value.
std::vector<Error> unknown_options(const CLI::App& app) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  std::vector<Error> out;
  for (const std::string& extra : app.remaining()) {
    const std::string name = extra.substr(0, extra.find('='));
    if (!name.starts_with('-')) {
      if (out.empty()) out.push_back(fail(Code::kInvalidArgument, "koinond takes options alone", name));
      continue;
    }
    const auto near = nearest_word(name, known);
    out.push_back(fail(Code::kInvalidArgument,
                       "there is no such option; " +
                           (near ? "did you mean " + *near + "?" : "koinond --help lists them all"),
                       name));
  }
  return out;
}

// Nothing: go on. A number: with which the program ends, as all is said.
std::optional<int> read_command_line(int argc, char** argv, DaemonArguments& given) {
  CLI::App app;
  add_daemon_options(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  given.unknown = unknown_options(app);
  // What root may read koinond perhaps may not. Where root may not become its user (AppArmor, a container),
  // what root sees is told all the same.
  if (given.check) {
    if (const Status owner = become_owner_of(given.data); !owner.ok()) given.doubts.push_back(owner.error());
  }
  const ConfigPlace place = config_for_start(DataFolder(given.data), given.file);
  given.sources.file_is_named = place.is_named;
  given.sources.file = place.file;
  return std::nullopt;
}

// In the chosen format, or as text where nobody knows which is chosen.
DaemonLog start_log(const ConfigRead& read) {
  const bool unknown = std::any_of(read.faults.begin(), read.faults.end(), [](const Error& fault) {
    return fault.field == "log.format" || fault.field == "--log-format";
  });
  return {"info", unknown ? "text" : read.config.log_format};
}

// --- koinond --check-config ---

int tell_checked(const DaemonArguments& given, const ConfigRead& read) {
  for (const Error& warning : read.warnings) std::cerr << "warning: " << warning.text() << "\n";
  for (const Error& fault : read.faults) std::cerr << "error: " << fault.text() << "\n";
  if (!read.faults.empty()) return kWrongUsage;
  std::error_code unknown;
  const std::string file = given.sources.file.string();
  const bool is_there = std::filesystem::exists(given.sources.file, unknown);
  std::cout << "the configuration is well: "
            << (is_there ? file : "there is no " + file + ", so defaults and options count") << "\n";
  return 0;
}

// --- a node that runs ---

// A file that is wrong changes nothing.
void reload(const DaemonArguments& given, Config& running, RunningNode& node, const DaemonLog& log) {
  ConfigRead read = read_config(given.data, given.sources);
  check_config(read);
  for (const Error& fault : read.faults)
    log.error(log_event::kConfigWrong, "the configuration is wrong, and the node goes on as before",
              {{"reason", fault.text()}});
  if (!read.faults.empty()) return;
  for (const Error& warning : read.warnings) log.warning(log_event::kConfigDoubt, warning.text());
  const ConfigReload changes = reload_config(read.config, running);
  node.reload(running);
  for (const ConfigChange& change : changes.taken)
    log.info(log_event::kConfigChanged, "the configuration has changed",
             {{"key", change.key}, {"from", change.from}, {"to", change.to}});
  for (const ConfigChange& change : changes.wait)
    log.warning(log_event::kConfigWaits, "the configuration has changed, and counts after a restart",
                {{"key", change.key}, {"from", change.from}, {"to", change.to}});
  if (changes.taken.empty() && changes.wait.empty())
    log.info(log_event::kConfigSame, "the configuration was read again: nothing has changed");
}

// What runs on the main thread, from one loss of a store on a server to the next.
class Main {
 public:
  Main(const DaemonArguments& given, const Config& config, const DaemonLog& log, ServiceManager& manager)
      : given_(given), running_(config), log_(log), manager_(manager), starter_(log, manager, io_) {
    wait_for_signals();
  }

  // The code with which the program ends.
  int run() {
    do {
      node_.reset();  // it has the lock of the folder
      lost_.reset();
      auto node = starter_.start(
          running_, [this](const Error& why) { boost::asio::post(io_, [this, why] { lost_ = why; }); });
      if (!node.ok()) {
        log_.error(log_event::kNotStarted, node.error().text());
        return kFailed;
      }
      node_ = std::move(*node);
    } while (node_ != nullptr && serve_until_lost() && starter_.end(*node_, *lost_));
    if (node_) node_->stop();
    return 0;
  }

 private:
  // True: the store is lost. False: the program is to end.
  bool serve_until_lost() {
    const ConfigPlace place{given_.sources.file, given_.sources.file_is_named};
    if (const Status noted = note_config(DataFolder(given_.data), place); !noted.ok())
      log_.warning(log_event::kConfigDoubt, noted.error().text());
    report_.emplace(manager_, *node_);
    if (std::exchange(reloads_later_, false)) reload_now();
    while (!lost_ && !io_.stopped()) io_.run_one();
    if (io_.stopped()) report_->stopping();
    report_.reset();
    return !io_.stopped();
  }

  void reload_now() {
    report_->reloading();
    reload(given_, running_, *node_, log_);
    report_->reloaded();
  }

  void wait_for_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error || signal != SIGHUP) return io_.stop();
      if (report_) {
        reload_now();
      } else {
        reloads_later_ = true;  // once it serves
      }
      wait_for_signals();
    });
  }

  const DaemonArguments& given_;
  Config running_;
  const DaemonLog& log_;
  ServiceManager& manager_;
  boost::asio::io_context io_;
  // With this none of them ends the program by itself: what comes during the start waits.
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
  IdleMemory idle_{io_};
  Starter starter_;
  std::unique_ptr<RunningNode> node_;
  std::optional<ServiceReport> report_;
  std::optional<Error> lost_;
  bool reloads_later_ = false;
};

int serve(const DaemonArguments& given, const Config& config, const DaemonLog& log) {
  auto manager = ServiceManager::from_environment();
  if (!manager.ok()) {
    log.error(log_event::kNotStarted, manager.error().text());
    return kFailed;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);             // a limit on files is a full disk, and ends nothing
  google::protobuf::SetLogHandler(nullptr);  // what peers send wrong is told in our own words
  return Main(given, config, log, *manager).run();
}

// What holds for the whole process, before anything is opened.
Status prepare_process() {
  KOINON_TRY(protect_secrets());
  TimeZone::of_machine();  // found while there is one thread
  return sqlite::take_memory_by_the_page();
}

int run(int argc, char** argv) {
  DaemonArguments given;
  if (const auto done = read_command_line(argc, argv, given); done) return *done;
  ConfigRead read = read_config(given.data, given.sources);
  read.faults.insert(read.faults.end(), given.unknown.begin(), given.unknown.end());
  read.warnings.insert(read.warnings.end(), given.doubts.begin(), given.doubts.end());
  const DaemonLog log = start_log(read);
  if (const Status prepared = prepare_process(); !prepared.ok()) {
    log.error(log_event::kNotStarted, prepared.error().text());
    return kFailed;
  }
  check_config(read);
  if (given.check) return tell_checked(given, read);
  if (!read.faults.empty()) {
    for (const Error& fault : read.faults) log.error(log_event::kConfigWrong, fault.text());
    return kWrongUsage;
  }
  for (const Error& warning : read.warnings) log.warning(log_event::kConfigDoubt, warning.text());
  try {
    return serve(given, read.config, log);
  } catch (const std::exception& error) {
    log.error(log_event::kNotStarted, error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace koinon

int main(int argc, char** argv) {
  try {
    return koinon::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "koinond: " << error.what() << "\n";
    return 1;
  }
}
