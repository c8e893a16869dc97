// What the files of a folder have on the disk, whatever opened them: a database has its logs beside it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace koinon::test {

inline bool files_contain(const std::filesystem::path& folder, const std::string& words) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (bytes.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace koinon::test
