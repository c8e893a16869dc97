// How the keys of our log are changed while the node runs, and what came of it.
#pragma once

#include <functional>

#include "crypto/key_history.h"
#include "node/publishing/keys_entry.h"
#include "node/replication/drafts.h"
#include "node/replication/signing_permit.h"

namespace koinon {

// The signing key was replaced.
struct KeyChanged {
  VKey vkey;            // that signs from now on
  Published published;  // the entry with the statement
};

// A new node key or cosigner key.
struct NamedKeyWish {
  NewKey which = NewKey::kNode;
  bool now = false;  // of a node key: the next start shows it, whoever holds the entry
  // Of a cosigner key: what the ones before it signed may be forgotten here; the entry says so.
  bool cosigner_lost = false;
};
struct NamedKeyChanged {
  PublicKey key;
  EntryIndex entry;  // that names it
};

// What the statement must say that changes the recovery words: all but the new recovery key.
struct WordsWanted {
  KeyHistory keys;  // of the log, before it
  Statement statement;
};

// The answers come on another thread.
struct KeyChanging {
  template <typename Answer>
  using Done = std::function<void(Result<Answer>)>;

  std::function<void(const SigningPermit&, Done<KeyChanged>)> change;
  // The node key or the cosigner key.
  std::function<void(const SigningPermit&, const NamedKeyWish&, Done<NamedKeyChanged>)> change_named;
  std::function<void(const SigningPermit&, Done<WordsWanted>)> prepare_words;
  // The signed statement. The answer is the log's keys with it, which count after the next start.
  std::function<void(const SigningPermit&, Bytes, Done<KeyHistory>)> change_words;
};

}  // namespace koinon
