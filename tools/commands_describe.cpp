// koinon describe: the manual pages and the completions of both programs, made of the options that they have.
// Needs no node.
#include "tools/commands_describe.h"

#include <iostream>

#include "node/daemon/daemon_arguments.h"
#include "tools/describe/completion.h"
#include "tools/describe/manual.h"

namespace koinon {
namespace {

CommandText daemon_text() {
  CLI::App app;
  DaemonArguments given;
  add_daemon_options(app, given);
  return command_text(app);
}

// Empty: there is no such thing.
std::string described(const CommandText& koinon, const std::string& what) {
  if (what == "koinon.1") return program_manual(koinon_page(), koinon);
  if (what == "koinond.8") return program_manual(koinond_page(), daemon_text());
  if (what == "koinond.toml.5") return config_manual();
  const auto dot = what.rfind('.');
  const CommandText program = what.starts_with("koinond.") ? daemon_text() : koinon;
  const std::string shell = what.substr(dot + 1);
  if (shell == "bash") return bash_completion(program);
  if (shell == "zsh") return zsh_completion(program);
  if (shell == "fish") return fish_completion(program);
  return {};
}

}  // namespace

void add_describe_command(CLI::App& app, CommandLine& line) {
  CLI::App* sub =
      app.add_subcommand("describe", "print a manual page, or a completion for a shell, of these programs");
  sub->fallthrough();
  sub->add_option("what", line.line, "which file")
      ->required()
      ->check(CLI::IsMember({"koinon.1", "koinond.8", "koinond.toml.5", "koinon.bash", "koinond.bash",
                             "koinon.zsh", "koinond.zsh", "koinon.fish", "koinond.fish"}));
  sub->callback([&app, &line] {
    line.action = [&app, &line]() -> Status {
      std::cout << described(command_text(app), line.line) << std::flush;
      return std::cout ? Status() : Status(fail(Code::kIo, "the output takes nothing"));
    };
  });
}

}  // namespace koinon
