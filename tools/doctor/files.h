// Modes and owners of the data folder, its databases, and the secrets that the configuration names.
#pragma once

#include <cstdint>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct FileFacts {
  std::string folder;
  unsigned folder_mode = 0700;
  bool folder_writable = true;  // by its own user
  std::string owner;            // the folder's user
  std::string service_user;     // as whom its service runs; empty: nobody knows
  struct File {
    std::string path;
    unsigned mode = 0600;
    bool foreign = false;  // it belongs to another user than the folder
  };
  std::vector<File> databases;
  std::vector<std::string> broken;  // databases that do not begin as SQLite's do
  struct Secret {
    std::string key;  // of the configuration
    std::string path;
    std::string fault;   // a sentence that names the file
    bool loose = false;  // others may read it; else it cannot be read, or holds no secret
  };
  std::vector<Secret> secrets;  // those with which koinond does not start
};

Findings check(const FileFacts& facts);

}  // namespace koinon::doctor
