// The key files: are they there, do they belong to the node's user alone, do they open?
#pragma once

#include <cstdint>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct KeyFacts {
  struct File {
    std::string path;
    unsigned mode = 0600;
    bool foreign = false;  // it belongs to another user than the folder
    std::string fault;     // why it is no key file that opens; empty: it opens, or was not opened
  };
  std::vector<File> files;
  bool sealed = false;
  // koinond has opened them, or a file is named, or the systemd credential is here.
  bool passphrase_at_hand = true;
  std::string passphrase_fault;  // why that credential cannot be read; a named file is one of FileFacts
};

Findings check(const KeyFacts& facts);

}  // namespace koinon::doctor
