// koinon config: what koinond may be told, made from its table of keys. Needs no node.
#include <iostream>

#include <boost/json.hpp>

#include "node/daemon/config_text.h"
#include "tools/commands.h"

namespace koinon {
namespace json = boost::json;

Status run_config_default(const Common& common) {
  if (!common.json) {
    std::cout << default_config_text() << std::flush;
    return std::cout ? Status() : Status(fail(Code::kIo, "the output takes nothing"));
  }
  const Config defaults;
  json::array keys;
  for (const ConfigKey& key : config_keys()) {
    keys.push_back(json::object{{"key", key.name},
                                {"option", key.option},
                                {"section", key.section},
                                {"description", key.description},
                                {"default", key.value(defaults)},
                                {"reloads", key.reloads}});
  }
  return show_answer(common, json::object{{"keys", std::move(keys)}}, {});
}

}  // namespace koinon
