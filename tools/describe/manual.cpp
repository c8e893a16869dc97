#include "tools/describe/manual.h"

#include "node/daemon/config_text.h"
#include "node/daemon/version.h"

namespace koinon {
namespace {

// A text as man(7) prints it: no hyphen of an option becomes a typographic one, and no line is a request.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '`') {
      out += '"';  // a command in a sentence
    } else if (c == '\n') {
      out += "\n.br\n";
    } else {
      out += c;
    }
  }
  return (out.starts_with('.') || out.starts_with('\'') ? "\\&" : "") + out;
}

// With a full stop, where it has no end of its own.
std::string sentence(std::string_view text) {
  return plain(text) + (text.ends_with('.') || text.ends_with('?') ? "" : ".");
}

std::string head(const ManualPage& page) {
  return ".\\\" Made by koinon describe.\n.TH " + page.name + " " + std::to_string(page.section) +
         " \"\" \"koinon " + std::string(kVersion) + "\" Koinon\n.SH NAME\n" + plain(page.name) + " \\- " +
         plain(page.in_line) + "\n";
}

// "-o, --output PATH"
std::string names_of(const OptionText& option) {
  std::string out;
  for (const std::string& name : option.names)
    out += (out.empty() ? "" : ", ") + ("\\fB" + plain(name) + "\\fR");
  if (option.value.empty()) return out;
  const std::string value = "\\fI" + plain(option.value) + "\\fR";
  return out + (option.needs_value ? " " + value : " [" + value + "]");
}

std::string option_item(const OptionText& option) {
  return ".TP\n" + names_of(option) + "\n" + plain(option.description) +
         (option.required ? " (required)" : "") + "\n";
}

bool is_help(const OptionText& option) { return option.names.back() == "--help"; }

std::string synopsis(const std::string& path, const CommandText& command) {
  std::string out = "\\fB" + plain(path) + "\\fR";
  for (const OptionText& option : command.options)
    if (option.required) out += " " + names_of(option);
  for (const OptionText& argument : command.arguments) {
    std::string name = "\\fI" + plain(argument.names.front()) + "\\fR";
    if (argument.repeats) name += " ...";
    out += argument.required ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) out += " \\fICOMMAND\\fR";
  return out + " [\\fIOPTIONS\\fR]";
}

// Of a command and those below it.
std::string command_items(const std::string& path, const CommandText& command) {
  std::string out;
  for (const CommandText& one : command.commands) {
    const std::string here = path + " " + one.name;
    if (one.commands.empty()) {
      out += ".SS " + plain(here) + "\n" + synopsis(here, one) + "\n.PP\n" + sentence(one.description) + "\n";
      for (const OptionText& argument : one.arguments)
        out += ".TP\n\\fI" + plain(argument.names.front()) + "\\fR\n" + plain(argument.description) + "\n";
      for (const OptionText& option : one.options)
        if (!is_help(option)) out += option_item(option);
    }
    out += command_items(here, one);
  }
  return out;
}

std::string option_sections(const CommandText& program) {
  std::string out = ".SH OPTIONS\n";
  std::string group;
  for (const OptionText& option : program.options) {
    if (!group.empty() && option.group != group) out += ".SS " + plain(option.group) + "\n";
    group = option.group;
    out += option_item(option);
  }
  return out;
}

}  // namespace

std::string program_manual(const ManualPage& page, const CommandText& program) {
  std::string out = head(page) + ".SH SYNOPSIS\n" + synopsis(page.name, program) + "\n.SH DESCRIPTION\n" +
                    plain(program.description) + "\n";
  if (!program.footer.empty()) out += ".PP\n" + plain(program.footer) + "\n";
  if (!program.commands.empty()) out += ".SH COMMANDS\n" + command_items(page.name, program);
  return out + option_sections(program) + page.tail;
}

std::string config_manual() {
  const ManualPage page{"koinond.toml", 5, "the configuration of koinond", {}};
  std::string out =
      head(page) +
      ".SH DESCRIPTION\nA file in TOML. Each key has a default, which stands behind it here, and is an "
      "option of\n.BR koinond (8)\ntoo: \\fBhttp.port = 8471\\fR is \\fB\\-\\-http\\-port 8471\\fR; the "
      "option wins.\n\"koinon config default\" prints a whole file with every key behind a #.\n\"koinond "
      "\\-\\-check\\-config\" says whether all is well, before a restart.\n";
  const Config defaults;
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    if (key.section != section) out += ".SH \"" + plain(key.section) + "\"\n";
    section = key.section;
    out += ".TP\n\\fB" + plain(key.name) + "\\fR = " + plain(toml_value(key, defaults)) + "\n" +
           plain(key.description) + (key.reloads ? ". A reload (SIGHUP) is enough" : "") + ".\n";
  }
  return out +
         ".SH FILES\n.TP\n.I /etc/koinon/koinond.toml\nthat of Debian's package; it counts for the "
         "data folder /var/lib/koinon\n.TP\n"
         ".I DATA/koinond.toml\nthat of another data folder, where koinond is given none\n"
         ".SH SEE ALSO\n.BR koinond (8),\n.BR koinon (1)\n";
}

ManualPage koinon_page() {
  return {"koinon", 1, "share what works with other cities: the command line of a node",
          ".SH ENVIRONMENT\n.TP\n.B KOINON_DATA\nthe data folder, where \\-\\-data names none\n"
          ".SH FILES\n.TP\n.I /var/lib/koinon\nthe data folder of the node; its files belong to the user "
          "koinon: \"runuser "
          "\\-u koinon \\-\\- koinon status\"\n.TP\n.I /usr/share/doc/koinon/RUNBOOK.md\nwhat an operator "
          "does when\n"
          ".SH SEE ALSO\n.BR koinond (8),\n.BR koinond.toml (5)\n"};
}

ManualPage koinond_page() {
  return {"koinond", 8, "a city's node of Koinon",
          ".SH \"EXIT STATUS\"\n.TP\n.B 0\nit was told to stop\n.TP\n.B 1\nit could not start, or go "
          "on\n.TP\n.B 2\n"
          "command line or configuration is wrong\n"
          ".SH SIGNALS\n.TP\n.BR SIGTERM ,\\~ SIGINT\nstop\n.TP\n.B SIGHUP\nread the configuration again; "
          "the log names what "
          "takes a restart\n"
          ".SH ENVIRONMENT\n.TP\n.B KOINON_DATA\nthe data folder, where \\-\\-data names none\n"
          ".SH FILES\n.TP\n.I /etc/koinon/koinond.toml\nthe configuration of koinond.service of Debian's "
          "package\n.TP\n"
          ".I /var/lib/koinon\nthe data folder\n.TP\n.I /run/koinon\nthe mark of what was signed last\n.TP\n"
          ".I /usr/share/doc/koinon/RUNBOOK.md\nwhat an operator does when\n"
          ".SH SEE ALSO\n.BR koinon (1),\n.BR koinond.toml (5)\n"};
}

}  // namespace koinon
