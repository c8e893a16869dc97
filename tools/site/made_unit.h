// What was made of a unit (the pages of a record, a city, a page of a list) before it is in the folder: it is
// made on one thread, and written on another.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/hash.h"

namespace koinon::site_export {

struct MadeFile {
  MadeFile(std::string where, std::string what, bool shared = false)
      : path(std::move(where)), content(std::move(what)), digest(sha256(content)), is_shared(shared) {}

  std::string path;
  std::string content;
  Hash digest;
  bool is_shared;  // it belongs to several units, or to none
};

struct MadeUnit {
  std::string name;             // empty: it is no unit, and all its files are shared
  std::vector<MadeFile> files;  // in the order in which they are written
  std::string gone;             // a shared file that stands no more; empty: none

  bool has(std::string_view path) const {
    for (const MadeFile& file : files) {
      if (file.path == path) return true;
    }
    return false;
  }
};

}  // namespace koinon::site_export
