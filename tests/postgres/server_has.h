// What the files of the tests' server have on the disk.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/postgres/test_server.h"

namespace koinon::test {

inline bool server_has(const std::string& words) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(server_data_folder())) {
    std::error_code gone;
    if (!file.is_regular_file(gone)) continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string bytes(file.file_size(), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (bytes.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace koinon::test
