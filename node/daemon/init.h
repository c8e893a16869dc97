// Makes a new node: keys, the store with Genesis and Profile, the instance token. An observer's has a node
// key alone, and no log.
#pragma once

#include <functional>
#include <string>

#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"
#include "node/publishing/own_log.h"

namespace koinon {

struct InitOptions {
  std::string name;             // seoul.example
  std::string display_name;     // Seoul
  std::string language = "en";  // a tag of BCP 47
  std::string type = "city";
  std::string country;     // ISO 3166-1 alpha-2; may be empty
  bool observer = false;   // follows and reads, publishes nothing
  std::string mark;        // folder of the mark; empty: see mark_file.h
  std::string passphrase;  // seals the key files; empty: they stay unsealed
  std::string store = {};  // as store.url, which is written into the configuration; empty: as that says
};

struct InitResult {
  std::optional<LogIdentity> identity;  // none: an observer
  std::string display_name;             // as it was signed; none for an observer
  std::string recovery_words;           // to be shown once; kept nowhere. None for an observer
  std::string first_operator;           // code of the one-time link that sets the password of `operator`
};

// Has the recovery words reach somebody: they are kept nowhere.
using HandOver = std::function<Status(const InitResult&)>;

// Refuses a folder that holds a node already, and a server whose store holds one. Whatever fails leaves no
// usable half: init can be run again. A node counts only after `hand_over` has succeeded: no node is left
// whose words nobody has. kInvalidArgument, with what may be meant: a name, a language or a country is none.
Result<InitResult> init_node(const DataFolder& folder, const InitOptions& wanted, UnixMillis now,
                             const HandOver& hand_over);

// Makes the office with its first account, so that nobody needs a default password. Returns the code of the
// one-time link that sets its password. On a server what an init that was cut short made of it is used.
Result<std::string> make_first_operator(const StoreSource& source, UnixMillis now);

}  // namespace koinon
