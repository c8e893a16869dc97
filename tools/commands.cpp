#include "tools/commands.h"

#include <iostream>

#include <boost/json.hpp>

#include "node/daemon/config_place.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/part_options.h"
#include "tools/render.h"
#include "tools/start_hint.h"

namespace koinon {

Status show_answer(const Common& common, const boost::json::value& answer, const std::string& text) {
  std::cout << (common.json ? boost::json::serialize(answer) + "\n" : text);
  return {};
}

void show_warnings(const Common& common, const boost::json::value& answer) {
  if (common.json) return;
  for (const auto& warning : answer.at("warnings").as_array())
    std::cerr << "koinon: " << harmless(warning.as_string()) << "\n";
}

Error to_run_again(Error error) {
  if (error.code != Code::kDiskFull || error.id.empty()) return error;
  return fail(error.code,
              "there is no room on the disk (or in its quota); free some, and run the same command again",
              std::move(error.field));
}

std::string start_command(const std::string& data, const std::string& passphrase_file) {
  const auto sealed = keys_are_sealed(DataFolder(data));
  if (!sealed.ok() || !*sealed) return start_hint(data).command;
  return "koinond --data " + data + " --passphrase-file " +
         (passphrase_file.empty() ? "FILE" : passphrase_file);
}

// koinond says what is wrong with the configuration; what is right of it counts here.
std::string welcome_link(const Common& common, const std::string& code) {
  return pages_url(read_found(DataFolder(common.data), common.config).config) + "/welcome/" + code;
}

}  // namespace koinon
