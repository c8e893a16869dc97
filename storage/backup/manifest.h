// What one run backed up: the files of a node as they stood at one moment, each as a list of the names of its
// chunks. The lists are kept as chunks themselves, so that a manifest stays small. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::backup {

struct BackupFile {
  std::string path;  // within the data folder
  unsigned mode = 0600;
  std::uint64_t size = 0;
  std::vector<Hash>
      lists;  // their names; each lists limits::kBackupListNames chunks, the last may list fewer
};

struct Manifest {
  UnixMillis made;
  std::vector<BackupFile> files;
  Bytes maker;  // see maker_of; empty: it does not say who made it

  std::uint64_t bytes() const;
};

// A chunk has limits::kBackupChunkBytes; the last of a file may have fewer.
std::uint64_t chunks_of(std::uint64_t file_bytes);

Bytes write_manifest(const Manifest& manifest);
// kMalformed: it is none, or a path leads out of the folder.
Result<Manifest> read_manifest(BytesView text);
// 32 bytes that only who knows `naming`, the secret by which its chunks are named, can make. They vouch for
// all of the manifest but themselves, and for its number.
Bytes maker_of(const Manifest& manifest, std::uint64_t number, BytesView naming);
// What its box is called.
Hash manifest_name(std::uint64_t number);
// What the box is called that has the SHA-256 of the manifest's box, and behind it the names of all its
// chunks.
Hash names_name(std::uint64_t number);

}  // namespace koinon::backup
