// The commands of `koinon`: their names, their options, and what each runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace koinon {

using Action = std::function<Status()>;

// The values of all options, and the command to run with them.
struct CommandLine {
  Common common;
  InitArguments init;
  NoteArguments note;
  ListArguments list;
  std::string ref;
  std::string which;
  std::string file;
  VerifyArguments verify;
  PolicyArguments policy;
  std::string format = "text";
  std::string line;
  std::string topic;
  std::string after;
  std::vector<std::string> words;
  int count = 0;
  bool no_vouch = false;
  bool vkey = false;
  bool mail = false;
  InviteArguments invite;
  bool yes = false;
  std::vector<std::string> without;
  bool alone = false;
  bool only = false;
  bool now = false;
  bool anew = false;
  bool undo = false;
  bool erase = false;
  std::string reason;
  UserArguments user;
  TokenArguments token;
  WordsArguments recovery_words;
  bool dry = false;
  bool offline = false;
  AuditLogArguments audit;
  ExportSiteArguments site;
  Action action;
  int seconds = 10;
  int exit_code = 0;            // of success; what a command finds may be said by another one
  int exit_code_of_errors = 1;  // a command may set another one
};

// All commands. The one that is called sets `line.action`. `line` must outlive `app`.
void add_commands(CLI::App& app, CommandLine& line);

}  // namespace koinon
