#include "tools/describe/command_text.h"

#include "proto/base/ascii.h"

namespace koinon {
namespace {

// CLI11 names a value by its type and what checks it: TEXT, TEXT:{city,region}, INT:INT in [1 - 8760].
void read_value(const CLI::Option& option, OptionText& out) {
  if (option.get_items_expected_max() == 0) return;
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.find('}', open == std::string::npos ? 0 : open);
  if (open != std::string::npos && close != std::string::npos) {
    for (auto& choice : split(type.substr(open + 1, close - open - 1), ','))
      out.choices.push_back(std::move(choice));
  } else if (type.find('|') != std::string::npos) {
    for (auto& choice : split(type, '|')) out.choices.push_back(std::move(choice));
  }
  out.value = type.substr(0, type.find(':'));
  if (!out.choices.empty()) {
    out.value.clear();
    for (const std::string& choice : out.choices) out.value += (out.value.empty() ? "" : "|") + choice;
  }
  if (out.value.empty()) out.value = "TEXT";
}

OptionText option_text(const CLI::Option& option) {
  OptionText out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  if (out.names.empty()) out.names.push_back(option.get_name(true));
  read_value(option, out);
  out.description = option.get_description();
  out.group = option.get_group();
  out.needs_value = option.get_items_expected_min() > 0;
  out.required = option.get_required();
  // Options that end after one value (allow_extra_args(false)) may be given again.
  out.repeats = option.get_items_expected_max() > 1;
  return out;
}

void read_app(const CLI::App& app, CommandText& out) {
  for (const CLI::Option* option : app.get_options(nullptr)) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? out.arguments : out.options).push_back(option_text(*option));
  }
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (command->get_group().empty()) continue;
    // Without a name it is a group of options of this command.
    if (command->get_name().empty()) {
      read_app(*command, out);
    } else {
      out.commands.push_back(command_text(*command));
    }
  }
}

}  // namespace

CommandText command_text(const CLI::App& app) {
  CommandText out;
  out.name = app.get_name();
  out.description = app.get_description();
  out.footer = app.get_footer();
  read_app(app, out);
  return out;
}

}  // namespace koinon
