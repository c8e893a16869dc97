// The command line: reads the arguments, runs one command, prints one line if it fails.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "node/daemon/version.h"
#include "tools/command_line.h"
#include "tools/render.h"

namespace koinon {
namespace {

constexpr int kWrongUsage = 2;

// The arguments, with the words of a search behind `--`: one that must not occur begins with a minus sign, as
// options do, and would be taken for one.
std::vector<std::string> arguments_of(int argc, char** argv) {
  const std::vector<std::string> given(argv + std::min(1, argc), argv + argc);
  const auto takes_value = [](const std::string& text) {
    return text.starts_with("--") && text.find('=') == std::string::npos && text != "--json" &&
           text != "--help" && text != "--version";
  };
  std::vector<std::string> out;
  std::vector<std::string> words;
  bool searches = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool is_option = given[i].starts_with("--") || given[i] == "-h";
    if (!is_option && !searches && given[i] != "search") return given;
    if (given[i] == "--") {
      words.insert(words.end(), given.begin() + static_cast<std::ptrdiff_t>(i) + 1, given.end());
      break;
    }
    (!is_option && searches ? words : out).push_back(given[i]);
    searches = searches || !is_option;
    if (takes_value(given[i]) && i + 1 < given.size()) out.push_back(given[++i]);
  }
  if (!words.empty()) out.emplace_back("--");
  out.insert(out.end(), words.begin(), words.end());
  return out;
}

// CLI11 says that a command is missing, whatever stands in its place.
std::string unknown_command(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const auto words = app.remaining(true);
  if (at->get_require_subcommand_min() == 0 || words.empty()) return {};
  return words.front();
}

int run(int argc, char** argv) {
  CommandLine line;
  CLI::App app{"koinon: share what works with other cities.", "koinon"};
  app.set_version_flag("--version", "koinon " + std::string(kVersion));
  const char* data_variable = std::getenv("KOINON_DATA");
  line.common.data = data_variable == nullptr ? "/var/lib/koinon" : data_variable;
  app.add_option("--data", line.common.data, "the node's data folder ($KOINON_DATA, /var/lib/koinon)");
  app.add_flag("--json", line.common.json, "print JSON");
  app.require_subcommand(1);
  add_commands(app, line);
  try {
    std::vector<std::string> arguments = arguments_of(argc, argv);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (const std::string word = unknown_command(app); !word.empty()) {
      std::cerr << "koinon: there is no command " << harmless(word) << "; koinon --help lists them\n";
      return kWrongUsage;
    }
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  std::signal(SIGPIPE, SIG_DFL);
  const Status status = line.action();
  if (status.ok()) return line.exit_code;
  std::cerr << "koinon: " << harmless(status.error().text()) << "\n";
  return line.exit_code_of_errors;
}

}  // namespace
}  // namespace koinon

int main(int argc, char** argv) {
  try {
    return koinon::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "koinon: " << error.what() << "\n";
    return 1;
  }
}
