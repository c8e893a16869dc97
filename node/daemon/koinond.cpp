// The daemon: reads its configuration, runs a node until it is told to stop.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <google/protobuf/stubs/logging.h>

#include "crypto/secret_memory.h"
#include "node/daemon/daemon.h"
#include "node/daemon/service_report.h"
#include "node/daemon/version.h"

namespace koinon {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int run(int argc, char** argv) {
  CLI::App app{"koinond runs a city's node of Koinon."};
  app.set_version_flag("--version", "koinond " + std::string(kVersion));
  const char* data_variable = std::getenv("KOINON_DATA");
  std::string data = data_variable == nullptr ? "/var/lib/koinon" : data_variable;
  app.add_option("--data", data, "the data folder ($KOINON_DATA, /var/lib/koinon)");
  std::map<std::string, std::string> given;
  for (const ConfigKey& key : config_keys()) {
    CLI::Option* option = app.add_option_function<std::string>(
        key.option,
        [&given, name = key.name, flag = key.is_flag](const std::string& value) {
          given[name] = flag && value.empty() ? "true" : value;
        },
        key.description);
    option->take_last();
    if (key.is_flag) option->expected(0, 1);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  if (const Status kept = protect_secrets(); !kept.ok()) {
    std::cerr << "koinond: " << kept.error().text() << "\n";
    return kFailed;
  }
  auto manager = ServiceManager::from_environment();
  if (!manager.ok()) {
    std::cerr << "koinond: " << manager.error().text() << "\n";
    return kFailed;
  }
  Config config;
  config.data = data;
  if (Status status = read_config_file(DataFolder(data).config(), config); !status.ok()) {
    std::cerr << "koinond: " << status.error().text() << "\n";
    return kWrongUsage;
  }
  for (const ConfigKey& key : config_keys()) {
    if (!given.contains(key.name)) continue;
    if (Status status = key.set(config, given.at(key.name)); !status.ok()) {
      std::cerr << "koinond: " << key.option << ": " << status.error().message << "\n";
      return kWrongUsage;
    }
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);             // a limit on files is a full disk, and ends nothing
  google::protobuf::SetLogHandler(nullptr);  // what peers send wrong is told in our own words
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  auto daemon = Daemon::start(config, *manager);
  if (!daemon.ok()) {
    std::cerr << "koinond: " << daemon.error().text() << "\n";
    return kFailed;
  }
  ServiceReport report(*manager, **daemon);
  io.run();
  report.stopping();
  (*daemon)->stop();
  return 0;
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
