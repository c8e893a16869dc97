#include "tools/describe/completion.h"

#include <functional>

namespace koinon {
namespace {

// A command, and "/peer/add" for where it stands.
using Visit = std::function<void(const std::string& path, const CommandText& command)>;

void walk(const CommandText& command, const std::string& path, const Visit& visit) {
  visit(path, command);
  for (const CommandText& one : command.commands) walk(one, path + "/" + one.name, visit);
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

// Between single quotes of a shell. fish alone knows a backslash there.
std::string quoted(const std::string& text, const std::string& apostrophe) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? apostrophe : std::string(1, c);
  return out + "'";
}
std::string sh(const std::string& text) { return quoted(text, "'\\''"); }
std::string fish(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return quoted(out, "\\'");
}

bool is_top(const std::string& path) { return path.empty(); }

// Whether an option of the program may stand behind a command too.
bool holds_below(const OptionText& option) {
  return option.names.back() != "--help" && option.names.back() != "--version";
}

// --- bash ---

// The patterns of `case "$path $word"` for options that have a value; those of the program hold everywhere.
std::string value_patterns(const std::string& path, const OptionText& option) {
  std::vector<std::string> out;
  for (const std::string& name : option.names)
    out.push_back(is_top(path) ? "*\" " + name + "\"" : "\"" + path + " " + name + "\"");
  return joined(out, "|");
}

// What stands without a dash: names of commands, and what an argument takes.
std::string bash_words(const CommandText& command) {
  std::vector<std::string> words;
  for (const CommandText& one : command.commands) words.push_back(one.name);
  for (const OptionText& argument : command.arguments)
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  return joined(words, " ");
}

std::string bash_options(const std::string& path, const CommandText& command, const CommandText& program) {
  std::vector<std::string> words;
  for (const OptionText& option : command.options)
    words.insert(words.end(), option.names.begin(), option.names.end());
  if (!is_top(path)) {
    for (const OptionText& option : program.options)
      if (holds_below(option)) words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return joined(words, " ");
}

// --- zsh ---

// In [brackets] and between colons of _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_function(const std::string& program, std::string path) {
  for (char& c : path)
    if (c == '/' || c == '-') c = '_';
  return "_" + program + path;
}

std::string zsh_action(const OptionText& option) {
  return option.choices.empty() ? "_files" : "(" + joined(option.choices, " ") + ")";
}

void zsh_option(const OptionText& option, std::string& out) {
  for (const std::string& name : option.names) {
    std::string spec = (option.repeats ? "*" : "") + name + "[" + zsh_text(option.description) + "]";
    if (!option.value.empty())
      spec += (option.needs_value ? ":" : "::") + zsh_text(option.value) + ":" + zsh_action(option);
    out += " \\\n    " + sh(spec);
  }
}

std::string zsh_commands(const std::string& function, const std::string& program, const std::string& path,
                         const CommandText& command) {
  std::string out = "  case $state in\n  command)\n    local -a commands=(\n";
  for (const CommandText& one : command.commands)
    out += "      " + sh(zsh_text(one.name) + ":" + one.description) + "\n";
  out += "    )\n    _describe -t commands " + sh(function.substr(1) + " command") +
         " commands ;;\n  rest)\n    case $words[1] in\n";
  for (const CommandText& one : command.commands)
    out += "    " + one.name + ") " + zsh_function(program, path + "/" + one.name) + " ;;\n";
  return out + "    esac ;;\n  esac\n";
}

// --- fish ---

std::string fish_option(const OptionText& option) {
  std::string out;
  for (const std::string& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.needs_value) out += option.choices.empty() ? " -r -F" : " -x";
  if (!option.choices.empty()) out += " -a " + fish(joined(option.choices, " "));
  return out + " -d " + fish(option.description);
}

}  // namespace

std::string bash_completion(const CommandText& program) {
  std::string steps;    // which word is the name of a command
  std::string skipped;  // options with a value, which names no command
  std::string choices;
  std::string words;
  walk(program, "", [&](const std::string& path, const CommandText& command) {
    if (!is_top(path)) steps += (steps.empty() ? "" : "|") + ("\"" + path + "\"");
    words += "  \"" + path + "\") words=" + sh(bash_words(command)) +
             " options=" + sh(bash_options(path, command, program)) + " ;;\n";
    for (const OptionText& option : command.options) {
      if (!option.choices.empty())
        choices += "  " + value_patterns(path, option) + ") COMPREPLY=($(compgen -W " +
                   sh(joined(option.choices, " ")) + " -- \"$current\")); return ;;\n";
      if (option.needs_value) skipped += (skipped.empty() ? "" : "|") + value_patterns(path, option);
    }
  });
  const std::string function = "_" + program.name;
  std::string out =
      "# Completion of " + program.name + " for bash. Made by koinon describe.\n" + function +
      "() {\n  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path= words= "
      "options= i\n"
      "  COMPREPLY=()\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$path ${COMP_WORDS[i]}\" in\n";
  if (!skipped.empty()) out += "    " + skipped + ") ((++i)); continue ;;\n";
  out += "    esac\n";
  if (!steps.empty())
    out +=
        "    case \"$path/${COMP_WORDS[i]}\" in\n    " + steps + ") path+=/${COMP_WORDS[i]} ;;\n    esac\n";
  out += "  done\n  case \"$path $before\" in\n" + choices;
  if (!skipped.empty()) out += "  " + skipped + ") return ;;\n";
  return out + "  esac\n  case \"$path\" in\n" + words +
         "  esac\n  [[ $current == -* ]] && words=$options\n  COMPREPLY=($(compgen -W \"$words\" -- "
         "\"$current\"))\n}\n"
         "# Where it has nothing to offer: files.\ncomplete -o bashdefault -o default -F " +
         function + " " + program.name + "\n";
}

std::string zsh_completion(const CommandText& program) {
  std::string out = "#compdef " + program.name + "\n# Completion for zsh. Made by koinon describe.\n";
  walk(program, "", [&](const std::string& path, const CommandText& command) {
    const std::string function = zsh_function(program.name, path);
    out += "\n" + function + "() {\n";
    if (!command.commands.empty())
      out += "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n";
    out += std::string("  _arguments -s") + (command.commands.empty() ? "" : " -C");
    for (const OptionText& option : command.options) zsh_option(option, out);
    if (!is_top(path)) {
      for (const OptionText& option : program.options)
        if (holds_below(option)) zsh_option(option, out);
    }
    int place = 0;
    for (const OptionText& argument : command.arguments) {
      const std::string where = argument.repeats ? "*" : std::to_string(++place);
      out += " \\\n    " + sh(where + (argument.required || argument.repeats ? ":" : "::") +
                              zsh_text(argument.description) + ":" + zsh_action(argument));
    }
    if (!command.commands.empty()) out += " \\\n    '1: :->command' \\\n    '*:: :->rest'";
    out += "\n";
    if (!command.commands.empty()) out += zsh_commands(function, program.name, path, command);
    out += "}\n";
  });
  const std::string first = zsh_function(program.name, "");
  // As an autoloaded file it is the function itself; sourced, it only makes it known.
  return out + "\nif [ \"$funcstack[1]\" = " + first + " ]; then\n  " + first + " \"$@\"\nelse\n  compdef " +
         first + " " + program.name + "\nfi\n";
}

std::string fish_completion(const CommandText& program) {
  const std::string at = "__" + program.name + "_at";
  std::string steps;
  std::string skipped;
  std::string rules;
  walk(program, "", [&](const std::string& path, const CommandText& command) {
    if (!is_top(path)) steps += " " + fish(path);
    const std::string here = "complete -c " + program.name + " -n " + fish(at + " '" + path + "'");
    if (!command.commands.empty()) rules += here + " -f\n";
    for (const CommandText& one : command.commands)
      rules += here + " -a " + fish(one.name) + " -d " + fish(one.description) + "\n";
    for (const OptionText& option : command.options) {
      // Those of the program hold everywhere.
      rules += (is_top(path) ? "complete -c " + program.name : here) + fish_option(option) + "\n";
      if (option.needs_value)
        for (const std::string& name : option.names)
          skipped += " " + fish((is_top(path) ? "*" : path) + " " + name);
    }
  });
  std::string out =
      "# Completion of " + program.name +
      " for fish. Made by koinon describe.\n# Whether the command that was typed so far is this "
      "one.\nfunction " +
      at +
      "\n  set -l path ''\n  set -l skip 0\n  for word in (commandline -opc)[2..-1]\n    if test $skip = 1\n"
      "      set skip 0\n      continue\n    end\n";
  if (!skipped.empty())
    out += "    switch \"$path $word\"\n      case" + skipped + "\n        set skip 1\n    end\n";
  if (!steps.empty())
    out += "    switch \"$path/$word\"\n      case" + steps + "\n        set path \"$path/$word\"\n    end\n";
  return out + "  end\n  test \"$path\" = \"$argv[1]\"\nend\n\n" + rules;
}

}  // namespace koinon
