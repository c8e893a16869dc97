// Drafts for our own log, as the writer passes them on. What a draft must be, and how it is signed, belongs
// to whoever holds the key: the writer is given a signer and knows no more of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
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
  // The salt of its body. What waited has one of its own, so that it is the same record whenever it is
  // signed: where our log has it already, that is the answer. Empty: a new one.
  Bytes salt = {};
  // Signs our log from this entry on, which is the statement that says so. The log makes the statement.
  std::optional<SigningKey> next_key = std::nullopt;
};
// Makes a draft from what the store holds at that moment.
using DraftMaker = std::function<Result<Draft>(StoreReader&)>;

struct Published {
  EntryIndex index;
  Hash leaf;
};

struct PublishedBatch {
  std::vector<Result<Published>> results;   // one for each draft, in order
  LogState state;                           // of the log afterwards
  std::vector<VouchFact> vouches;           // stated by the batch
  std::vector<WithdrawalFact> withdrawals;  // the same
  bool advanced = false;                    // the log has more entries than before
};

// Signs drafts inside a transaction that the caller has begun. A draft that breaks a rule fails alone; an
// error fails them all. Called on the thread that owns the store.
using DraftSigner =
    std::function<Result<PublishedBatch>(Store&, const std::vector<DraftMaker>&, UnixMillis now)>;

}  // namespace koinon
