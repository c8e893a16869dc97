// The heads of our own log that witnesses have cosigned (C2SP tlog-witness), as they are kept: signed notes
// with the lines of the log and of the witnesses. Offline proofs carry these lines.
//
// A value, and how it is read. Whoever adds a line has verified it.
#pragma once

#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/log_state.h"
#include "storage/store/store.h"

namespace koinon {

// The setting of the store in which they are kept.
inline constexpr std::string_view kWitnessed = "witnessed";

struct WitnessedHead {
  Checkpoint checkpoint;
  Bytes note;                        // as the log signed it, without lines of others
  std::vector<NoteSignature> lines;  // of witnesses, one of each key

  StoredHead head() const { return {checkpoint.size, checkpoint.root, note}; }
  Bytes witnessed_note() const;  // the note with the lines
};

class KeptWitnesses {
 public:
  // kMalformed: what was kept is damaged.
  static Result<KeptWitnesses> decode(BytesView bytes);
  // At most limits::kWitnessedBytes: heads for which there is no room are left out.
  Bytes encode() const;

  // Adds lines to a head, in place of earlier ones of the same keys. `note`: the head as its log signed it;
  // of its lines only those of the log are kept. Of more than limits::kWitnessedHeads those with the fewest
  // lines go, the oldest of these first; the newest stays. Heads of another origin go: the log was taken back
  // since.
  Status add(BytesView note, const std::vector<NoteSignature>& lines);
  // Forgets the lines of other keys, and the heads that have no other lines.
  void keep_only(const std::vector<VKey>& keys);

  // From the oldest to the newest.
  const std::vector<WitnessedHead>& heads() const { return heads_; }
  // The lines of witnesses under a head of this size and root. Empty: none has cosigned it.
  std::vector<NoteSignature> lines_for(TreeSize size, const Hash& root) const;
  // The size of the newest head of this origin that one of these keys has cosigned; 0: there is none.
  TreeSize newest_of(std::string_view origin, const std::vector<VKey>& keys) const;

 private:
  void forget_one();

  std::vector<WitnessedHead> heads_;
};

// What is kept of a log. Nothing: it is not our own, no witness is named, or what is kept is damaged and is
// asked for again.
Result<KeptWitnesses> read_kept_witnesses(StoreReader& store, const LogId& log);

}  // namespace koinon
