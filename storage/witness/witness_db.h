// What this node's witness has cosigned for other systems: the newest head of each log, by its origin line.
// It is a file of its own, witness.db, and in no backup. A witness that forgets may cosign two histories, so
// a state that is older than the last cosignature must never come back with the key. It counts what was made
// with it, for whoever can compare that with a mark outside the folder.
//
// One thread. Several connections may be open: each change looks at what stands and is one transaction.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "storage/sqlite/schema_steps.h"

namespace koinon {

const sqlite::SchemaSteps& witness_schema();

// The witness whose state it is.
struct WitnessOwner {
  std::string vkey;
  UnixMillis made_at;
};

struct HeadOfOthers {
  std::string origin;
  TreeSize size;
  Hash root;
  std::string note;  // the checkpoint with the log's signatures that were verified, without the cosignature
  std::uint64_t cosigned_at = 0;  // the time that the cosignature states, in Unix seconds
  bool operator==(const HeadOfOthers&) const = default;
};

class WitnessDb {
 public:
  // Makes the file. If one is there that has cosigned nothing, it is given to the new owner. kConflict: one
  // is there that has cosigned.
  static Result<WitnessDb> make(const std::filesystem::path& path, const WitnessOwner& owner);
  // Brings an older schema up to date. kNotFound: there is no file. kRefused: it has no owner, or a newer
  // version wrote it.
  static Result<WitnessDb> open(const std::filesystem::path& path);

  const WitnessOwner& owner() const { return owner_; }
  // The newest head of a log. Nothing: none was cosigned.
  Result<std::optional<HeadOfOthers>> head(std::string_view origin);
  // The same by the SHA-256 of the origin.
  Result<std::optional<HeadOfOthers>> head_of(const Hash& origin_hash);
  // The head takes the place of the one of size `expected`; 0: of none, or of one of size 0. It is on the
  // disk when this returns. kConflict: another size stands there, or the head contradicts what stands;
  // nothing is changed.
  Status advance(TreeSize expected, const HeadOfOthers& head);
  // Of how many logs there is a head.
  Result<std::uint64_t> count();
  // How many statements were made: one more with each advance(), in the same transaction. It never falls.
  Result<std::uint64_t> made();
  // Whether the heads are those that the last statement left. A file that is mixed of two copies, such as an
  // older witness.db beside a newer write-ahead log, has heads of the one and the count of the other. Linear
  // in the number of heads; it finds accidents, and not what somebody forges.
  Result<bool> is_of_one_copy();
  // It was found to lack statements that its key made. That stands for good, as what has shown it may be gone
  // with the next boot.
  Status note_put_back(UnixMillis at);
  Result<std::optional<UnixMillis>> put_back_at();

 private:
  explicit WitnessDb(sqlite::Connection db) : db_(std::move(db)) {}
  static Result<WitnessDb> connect(const std::filesystem::path& path);
  Result<std::optional<WitnessOwner>> read_owner();
  Result<Hash> sum_of_heads();
  Status bind_heads();
  Status change_sum(const std::optional<HeadOfOthers>& before, const HeadOfOthers& after);
  Status replace_head(TreeSize expected, const HeadOfOthers& head);

  sqlite::Connection db_;
  WitnessOwner owner_;
};

}  // namespace koinon
