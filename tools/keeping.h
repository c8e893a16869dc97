// The commands that keep a node: backup, restore, recover, fsck, store. They work on the data folder, without
// a daemon.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace koinon {

// Adds the commands; parsing one sets `action`. Both references must outlive the action.
void add_keeping_commands(CLI::App& app, const Common& common, std::function<Status()>& action);

struct BackupArguments {
  std::string to;               // a folder or a file
  bool one_file = false;        // a place that is new is made as one file
  std::string passphrase_file;  // encrypts to its passphrase
  std::string public_key;       // encrypts to it
  std::string keep;             // how many of the newest stay; empty: all
  std::string make_key;         // only makes a secret key, in this file
};
// commands_backup.cpp
Status run_backup(const Common& common, const BackupArguments& arguments);

struct RestoreArguments {
  std::string from;             // a folder or a file that koinon backup wrote
  std::string number;           // empty: the newest
  std::string passphrase_file;  // of the backup; with `keys`, of sealed key files
  std::string key;              // a secret key that koinon backup --make-key wrote
  std::string log;              // whose backup it must be; empty: any city's
  std::string keys;             // a folder of key files, in place of a backup
  std::vector<std::string> peers;
  std::string id;
  std::string recovery_key;
};
// commands_restore.cpp
Status run_restore(const Common& common, const RestoreArguments& arguments);

struct RecoverArguments {
  std::string words_file;            // - for standard input
  std::vector<std::string> invites;  // at least one
  std::string log;                   // the log's id; empty: the one that has these words
  std::string size;                  // empty: only looks, unless `yes`
  std::string until;                 // a look at the entries before this one; empty: at the latest
  bool yes = false;                  // keeps all that is shown, unless `size` says how many; does not ask
  std::string passphrase_file;       // seals the new keys
};
// commands_recover.cpp
Status run_recover(const Common& common, const RecoverArguments& arguments);

struct StoreMoveArguments {
  std::string to;          // a server, as store.url names it
  bool to_folder = false;  // in its place: the data folder
  bool ahead = false;      // koinond runs: only what grows is copied, and nothing is switched
  bool check_all = false;  // compares every row
};
// commands_store.cpp
Status run_store_move(const Common& common, const StoreMoveArguments& arguments);
// As add_keeping_commands().
void add_store_commands(CLI::App& app, const Common& common, std::function<Status()>& action);

// commands_fsck.cpp Fails if anything is damaged.
Status run_fsck(const Common& common, bool repair);

}  // namespace koinon
