// Files that a command writes where somebody says.
#pragma once

#include <string>
#include <utility>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// What stands there already is replaced.
Status write_output(const std::string& path, const std::string& bytes);

// A file for a secret: mode 0600, and never one that was there before. Its place is taken before the secret
// is made, so that a secret of which there is one copy is not lost to a path that cannot be written.
class SecretFile {
 public:
  // kConflict: something is there.
  static Result<SecretFile> take(const std::string& path);

  SecretFile(SecretFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  SecretFile& operator=(SecretFile&&) = delete;
  // A file that was not written is removed.
  ~SecretFile();

  // Once. Returns after all of it is on the disk.
  Status write(BytesView bytes);
  const std::string& path() const { return path_; }

 private:
  SecretFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;  // -1: it is written and closed, or another object has it
  std::string path_;
};

}  // namespace koinon
