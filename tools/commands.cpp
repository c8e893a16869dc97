#include "tools/commands.h"

#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "node/daemon/config.h"
#include "node/daemon/config_place.h"
#include "node/daemon/data_folder.h"
#include "tools/render.h"

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
  const DataFolder folder(data);
  const std::string start = "koinond --data " + data;
  const auto sealed = keys_are_sealed(folder);
  if (!sealed.ok() || !*sealed) {
    std::error_code unknown;
    const bool by_systemd = std::filesystem::is_directory("/run/systemd/system", unknown);
    return folder.is_packaged() && by_systemd ? "systemctl start koinond" : start;
  }
  return start + " --passphrase-file " + (passphrase_file.empty() ? "FILE" : passphrase_file);
}

std::string welcome_link(const std::string& data, const std::string& code) {
  Config config;
  (void)read_config_file(find_config(DataFolder(data), "").file,
                         config);  // koinond says what is wrong with it
  const std::string here = "http://localhost:" + std::to_string(config.http_port);
  return (config.http_url.empty() ? here : config.http_url) + "/welcome/" + code;
}

}  // namespace koinon
