// The mark of the witness for other systems: how many statements its key has made. It lies beside the mark of
// our own log, in a file that the key names. A witness.db that has made fewer was put back from a copy.
//
// It is written after a statement is on the disk and before anything of it leaves. So a kill between the two
// leaves a mark that is behind the file, of a statement that nobody has; the next start marks it first.
//
// The witness's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/ed25519.h"
#include "node/daemon/mark_file.h"

namespace koinon {

class WitnessMark {
 public:
  // `folder`: as MarkFile::open has it. Where no folder can be used there is no mark, and trouble() says why.
  // kRefused: another process on this machine witnesses with this key. kConflict: an old mark cannot be
  // removed. Then nothing may be cosigned.
  static Result<WitnessMark> open(const std::string& folder, const PublicKey& key);

  // Whether the key had made more when this was opened, so that a file that says `made` has forgotten some.
  bool is_ahead_of(std::uint64_t made) const;
  // So many are on the disk. A mark that cannot be written is taken away, which trouble() says, and the next
  // call tries again. kConflict: it can be neither written nor taken away, and would agree with an old file:
  // nothing of the newest statement may leave.
  Status keep(std::uint64_t made);
  // Why there is no mark; nothing: it names what was kept last.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  WitnessMark() = default;

  std::optional<MarkFile> file_;
  std::optional<Mark> found_;          // at the opening
  std::optional<std::uint64_t> kept_;  // stands in the file
  std::optional<Error> trouble_;
};

}  // namespace koinon
