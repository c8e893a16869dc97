// The command line: reads the arguments, runs one command, prints one line if it fails.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "node/daemon/version.h"
#include "proto/base/nearest_word.h"
#include "tools/api_client.h"
#include "tools/command_line.h"
#include "tools/render.h"

namespace koinon {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kNotRunning = 3;
// RUNBOOK, "Exit codes", has the same.
constexpr const char* kExitCodes =
    "Exit codes: 0 it is done; 1 it was refused, or failed; 2 wrong usage; 3 koinond does not run for this "
    "data "
    "folder, and the command needs it. koinon audit-log has codes of its own.";

// The arguments, with the words of a search behind `--`: one that must not occur begins with a minus sign, as
// options do, and would be taken for one.
std::vector<std::string> arguments_of(int argc, char** argv) {
  const std::vector<std::string> given(argv + std::min(1, argc), argv + argc);
  const auto takes_value = [](const std::string& text) {
    return text.starts_with("--") && text.find('=') == std::string::npos && text != "--json" &&
           text != "--all" && text != "--help" && text != "--version";
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

// The command that the arguments have named so far.
const CLI::App& named_command(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

// "peer add"; empty for the program itself.
std::string name_of(const CLI::App& app, const CLI::App& program) {
  if (&app == &program) return {};
  const std::string above = name_of(*app.get_parent(), program);
  return (above.empty() ? "" : above + " ") + app.get_name();
}

// What may have been meant, else where the help is.
std::string hint(const std::string& given, const std::vector<std::string>& known, const std::string& command,
                 const std::string& help) {
  if (const auto nearest = nearest_word(given, known)) return "; did you mean " + command + *nearest + "?";
  return "; koinon " + help;
}

// CLI11 says that a command is missing, whatever stands in its place.
std::string unknown_command(const CLI::App& app) {
  const CLI::App& at = named_command(app);
  const auto words = app.remaining(true);
  if (at.get_require_subcommand_min() == 0 || words.empty() || words.front().starts_with('-')) return {};
  std::vector<std::string> known;
  for (const CLI::App* one : at.get_subcommands(nullptr)) known.push_back(one->get_name());
  const std::string above = name_of(at, app);
  const std::string before = above.empty() ? "" : above + " ";
  return "there is no command " + before + harmless(words.front()) +
         hint(words.front(), known, before, before + "--help lists them");
}

std::string unknown_option(const CLI::App& app) {
  const auto left = app.remaining(true);
  const auto word =
      std::find_if(left.begin(), left.end(), [](const std::string& one) { return one.starts_with("--"); });
  if (word == left.end()) return {};
  const CLI::App& at = named_command(app);
  std::vector<std::string> known;
  for (const CLI::App* one = &at; one != nullptr; one = one->get_parent()) {
    for (const CLI::Option* option : one->get_options())
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string name = name_of(at, app);
  const std::string before = name.empty() ? "" : name + " ";
  const std::string given = word->substr(0, word->find('='));
  return "koinon " + before + "takes no " + harmless(given) +
         hint(given, known, "", before + "--help lists what it takes");
}

int run(int argc, char** argv) {
  CommandLine line;
  CLI::App app{"koinon: share what works with other cities.", "koinon"};
  app.set_version_flag("--version", "koinon " + std::string(kVersion));
  const char* data_variable = std::getenv("KOINON_DATA");
  line.common.data = data_variable == nullptr ? "/var/lib/koinon" : data_variable;
  app.add_option("--data", line.common.data, "the node's data folder ($KOINON_DATA, /var/lib/koinon)");
  app.add_option("--config", line.common.config,
                 "the configuration of its koinond (that with which it was started last)");
  app.add_flag("--json", line.common.json, "print JSON");
  app.require_subcommand(1);
  add_commands(app, line);
  app.footer(kExitCodes);  // after the commands, which would have it too
  try {
    std::vector<std::string> arguments = arguments_of(argc, argv);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    std::string wrong = unknown_command(app);
    if (wrong.empty() && dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
      wrong = unknown_option(app);
    if (!wrong.empty()) {
      std::cerr << "koinon: " << wrong << "\n";
      return kWrongUsage;
    }
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  std::signal(SIGPIPE, SIG_DFL);
  const Status status = line.action();
  if (status.ok()) return line.exit_code;
  std::cerr << "koinon: " << harmless(status.error().text()) << "\n";
  return is_not_running(status.error()) ? kNotRunning : line.exit_code_of_errors;
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
