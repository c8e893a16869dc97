// What an audit keeps between its runs: the last signed head that was proven to go on from all before it, how
// many of its entries were read, and the log's keys. A text of lines, and the file that has it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"
#include "storage/backup/disk_file.h"

namespace koinon::audit {

struct AuditState {
  Bytes checkpoint;  // the signed note, verbatim; empty: none was seen
  TreeSize read;     // so many entries from the first on were checked against it
  std::string keys;  // crypto/key_history_text.h; empty: the log has stated none
  // Unix seconds. When a head with all cosignatures that the policy asks for was seen last; and since when
  // none was seen, where none ever was.
  std::optional<std::uint64_t> quorum_seen;
  std::optional<std::uint64_t> quorum_missing;

  std::string text() const;
  bool operator==(const AuditState&) const = default;
};

// At most limits::kAuditStateBytes. One text a state: what parses is written back byte for byte.
Result<AuditState> parse_audit_state(BytesView text);

class StateFile {
 public:
  // Takes the place, so that no other run uses it. kUnavailable: another run does. Makes the folder.
  static Result<StateFile> take(const std::filesystem::path& path);

  // An empty state where there is no file. kMalformed: it is damaged.
  Result<AuditState> load() const;
  // Durably, and whole or not at all.
  Status save(const AuditState& state) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  StateFile(std::filesystem::path path, backup::DiskFile lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  backup::DiskFile lock_;
};

}  // namespace koinon::audit
