#include "node/daemon/daemon_arguments.h"

#include <cstdlib>

#include "node/daemon/config_text.h"
#include "node/daemon/version.h"

namespace koinon {
namespace {

void add_keys(CLI::App& app, DaemonArguments& given) {
  for (const ConfigKey& key : config_keys()) {
    const bool is_flag = key.form == ValueForm::kFlag;
    CLI::Option* option = app.add_option_function<std::string>(
        key.option,
        [&given, name = key.name, is_flag](const std::string& value) {
          given.sources.options[name] = is_flag && value.empty() ? "true" : value;
        },
        help_line(key));
    option->take_last()->type_name(value_word(key.form))->group(key.section);
    if (is_flag) option->expected(0, 1);
  }
}

}  // namespace

void add_daemon_options(CLI::App& app, DaemonArguments& given) {
  app.name("koinond");
  app.description(
      "koinond runs a city's node of Koinon. Each key of koinond.toml is an option; the option wins.");
  app.set_version_flag("--version", "koinond " + std::string(kVersion));
  app.allow_extras();
  const char* data_variable = std::getenv("KOINON_DATA");
  given.data = data_variable == nullptr ? "/var/lib/koinon" : data_variable;
  app.add_option("--data", given.data, "the data folder ($KOINON_DATA, /var/lib/koinon)")->type_name("PATH");
  app.add_option("--config", given.file,
                 "the configuration (koinond.toml in the data folder; for /var/lib/koinon "
                 "/etc/koinon/koinond.toml, if it is there)")
      ->type_name("PATH");
  app.add_flag(
      "--check-config", given.check,
      "say what is wrong with file and options, or that all is well, and end; root asks as the user to "
      "whom the data folder belongs");
  add_keys(app, given);
}

}  // namespace koinon
