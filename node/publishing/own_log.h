// Our own log: drafts become entries, a batch of entries gets one signed checkpoint.
//
// An OwnLog is used on the thread that owns the Store, inside its begin(durable) … commit. What publish
// returns counts only once that commit has succeeded; before that no head may leave the node.
#pragma once

#include <functional>
#include <vector>

#include "crypto/log_state.h"
#include "storage/store/store.h"

namespace koinon {

// What is to be said. The log fills in time, salt, digest and size.
struct Draft {
  v1::Entry entry;  // kind, language, topics, refs with log id and index, to, control
  std::optional<v1::Body> body;
  bool again = false;  // publish even if the same content stands already
  // Names what is published once and never twice, whoever asks again: after a crash, what was published under
  // that name is the answer. Empty: none. Kept with the entry, in one transaction, until it is forgotten.
  std::string once = {};
};
// Makes a draft from what the store holds at that moment.
using DraftMaker = std::function<Result<Draft>(StoreReader&)>;

struct Published {
  EntryIndex index;
  Hash leaf;
};

struct PublishedBatch {
  std::vector<Result<Published>> results;  // one for each draft, in order
  LogState state;                          // of the log afterwards
  std::vector<VouchFact> vouches;          // stated by the batch
  bool advanced = false;                   // at least one draft was published
};

class OwnLog {
 public:
  // `random` gives the salts of bodies.
  OwnLog(LogIdentity identity, SigningKey key, std::function<Bytes(std::size_t)> random = random_bytes)
      : identity_(std::move(identity)), key_(std::move(key)), random_(std::move(random)) {}

  const LogIdentity& identity() const { return identity_; }
  LogId id() const { return identity_.log_id(); }

  // A draft that breaks a rule fails alone; an error of the store fails the whole batch.
  Result<PublishedBatch> publish(Store& store, const std::vector<DraftMaker>& makers, UnixMillis now);

 private:
  struct Batch;
  Result<Published> add(Store& store, Batch& batch, const DraftMaker& maker, UnixMillis now);

  LogIdentity identity_;
  SigningKey key_;
  std::function<Bytes(std::size_t)> random_;
};

// Forgets a name under which something was published once.
Status forget_once(Store& store, const std::string& once);

// SHA-256 over everything that a reader would see of a draft: all but salt and time.
Hash content_digest(const Draft& draft);

}  // namespace koinon
