// The folder beside the wanted one in which all of a node is made and verified before it counts. A file
// beside it names it, as the file system knows it: what stands in that folder, and in no other of its name,
// is nobody's yet.
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
  // Removes the file that a run left which was cut short after its folder was put in place.
  static Status clean_up(const std::filesystem::path& wanted);

  DataFolder folder() const { return DataFolder(partial_); }
  // Puts the folder in place. Cut short anywhere, the node is in place or the next run begins anew.
  Status finish() const;
  // Frees the room that half of it takes. Returns what people are told of the error.
  Error give_up(const Error& why) const;

 private:
  explicit Workplace(std::filesystem::path wanted)
      : wanted_(std::move(wanted)),
        partial_(wanted_.string() + ".partial"),
        marker_(partial_.string() + "-of-restore") {}
  Status forget_old_marker() const;
  Status clear() const;

  std::filesystem::path wanted_;
  std::filesystem::path partial_;
  std::filesystem::path marker_;
};

}  // namespace koinon
