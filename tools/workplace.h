// The folder beside the wanted one in which all of a node is made and verified before it counts. As long as a
// file lies beside it that says so, what stands in it is nobody's yet.
#pragma once

#include <filesystem>
#include <string>

#include "node/daemon/data_folder.h"
#include "proto/base/result.h"

namespace koinon {

class Workplace {
 public:
  // kConflict: something is there. `command` is named to whoever reads that.
  static Result<Workplace> make(std::filesystem::path wanted, const std::string& command);

  DataFolder folder() const { return DataFolder(partial_); }
  // Puts the folder in place. Cut short anywhere, the node is in place or the next run begins anew.
  Status finish() const;
  // Frees the room that half of it takes.
  void give_up() const;

 private:
  Workplace(std::filesystem::path wanted, std::filesystem::path partial)
      : wanted_(std::move(wanted)),
        partial_(std::move(partial)),
        marker_(partial_.string() + "-of-restore") {}

  std::filesystem::path wanted_;
  std::filesystem::path partial_;
  std::filesystem::path marker_;
};

}  // namespace koinon
