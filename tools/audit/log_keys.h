// The keys by which heads of a log are believed: those that somebody named, or, once the log has shown
// statements that lead from or to one of these, the keys of its history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/key_history.h"

namespace koinon::audit {

class LogKeys {
 public:
  // `origin`: what the first line of heads must be; empty: the name of the key that signed. At least one key.
  LogKeys(std::vector<VKey> named, std::string origin)
      : named_(std::move(named)), origin_(std::move(origin)) {}

  struct Head {
    Checkpoint checkpoint;
    SignedNote note;
    std::uint64_t recoveries = 0;  // of its origin, as far as the history says
  };
  // kMalformed, kTooLarge: it is no signed checkpoint. Other errors: no key that counts signed it, or its
  // origin is another one.
  Result<Head> open(BytesView note) const;

  enum class Adopted : unsigned char {
    kNothingNew,   // it says no more than what is known, or proves nothing
    kNewer,        // taken
    kContradicts,  // the log's keys signed two histories of themselves; what was known stays
  };
  Adopted adopt(BytesView history_text);
  // What was adopted in an earlier run. An error: it is damaged, or of a log of which no key was named.
  Status restore(BytesView history_text);
  const std::optional<KeyHistory>& history() const { return history_; }

 private:
  bool is_of_a_named_key(const KeyHistory& history) const;

  std::vector<VKey> named_;
  std::string origin_;
  std::optional<KeyHistory> history_;
};

}  // namespace koinon::audit
