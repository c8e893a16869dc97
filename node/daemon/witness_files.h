// The files of this node's witness in its data folder: keys/witness.key and witness.db. Neither is in a
// backup, and each is worth nothing without the other: with the key alone it is forgotten what the key has
// cosigned.
#pragma once

#include <string>

#include "crypto/vkey.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/witness_mark.h"
#include "storage/witness/witness_db.h"

namespace koinon {

struct OpenedWitness {
  SigningKey key;
  VKey vkey;  // of type cosignature/v1
  WitnessDb db;
  WitnessMark mark;  // names all that `db` has made
};

struct WitnessOptions {
  // Its name without what names the key: seoul.example/witness becomes seoul.example/witness/k3j5x2ab. So
  // another key has another name, whatever the configuration says.
  std::string base;
  std::string passphrase_file;  // as read_passphrase has it
  std::string mark;             // the folder of the mark, as MarkFile::open has it
};

// Opens the witness of the folder, or makes it where there is none. The key is sealed if the node's keys are.
// kRefused: the key, or what it has cosigned, is missing or older than what the key has signed, or the two
// are not of one witness, or of this name, or another process uses them. kConflict: as MarkFile::open has it.
// Then nothing may be cosigned; the error says what to do.
Result<OpenedWitness> open_witness(const DataFolder& folder, const WitnessOptions& options, UnixMillis now);

// The key is gone for good, and what it has cosigned is renamed to witness-TIME.db. The next start makes
// another witness. Cut short anywhere, it is run again. No daemon may run.
Status forget_witness(const DataFolder& folder, UnixMillis now);

}  // namespace koinon
