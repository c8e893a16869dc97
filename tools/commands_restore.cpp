// koinon restore: puts a node back from a backup, or makes it anew from its keys and its peers.
#include <csignal>
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/key_file.h"
#include "crypto/key_history_text.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/rebuild.h"
#include "node/daemon/store_source.h"
#include "node/text/time_text.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/backup/backup_reader.h"
#include "storage/sqlite/sqlite.h"
#include "tools/keeping.h"
#include "tools/progress.h"
#include "tools/render.h"
#include "tools/workplace.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<backup::Opening> opening_of(const RestoreArguments& arguments) {
  backup::Opening out;
  std::string passphrase;
  if (!arguments.passphrase_file.empty()) {
    KOINON_ASSIGN(passphrase, read_passphrase(arguments.passphrase_file));
  }
  if (arguments.key.empty()) {
    out.passphrase = passphrase;
    return out;
  }
  KOINON_ASSIGN(Bytes seed, read_key_file(arguments.key, "backup", passphrase));
  out.secret = SealingSecret::from_seed(seed);
  wipe(seed);
  return out;
}

// That SQLite finds no fault in its pages. fsck looks at what stands in them.
Status check_database(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  auto check = db.prepare("PRAGMA quick_check(1)");
  KOINON_ASSIGN(const bool row, check.step());
  if (row && check.text(0) == "ok") return {};
  return fail(Code::kIo, "the backup has a damaged database: " + check.text(0), path.filename().string());
}

// Whose keys these are. None: an observer's, or those of a folder that does not say. That sealed keys are
// what `identity` says shows when koinond opens them.
Result<std::optional<LogIdentity>> owner_of(const DataFolder& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder.identity(), ignored)) return std::optional<LogIdentity>();
  KOINON_ASSIGN(const KeyHistory history, read_identity_file(folder.identity()));
  const LogIdentity& identity = history.identity();
  KOINON_ASSIGN(const bool sealed, key_file_is_sealed(folder.key("signing")));
  if (sealed) return std::optional(identity);
  KOINON_ASSIGN(Bytes seed, read_key_file(folder.key("signing"), "signing", ""));
  const PublicKey key = SigningKey::from_seed(seed).public_key();
  wipe(seed);
  if (key != history.vkey().key)
    return fail(Code::kRefused,
                "its signing key is not that of " + identity.name + ", whose backup it says it is", "backup");
  return std::optional(identity);
}

// That the backup says that it is of this log. owner_of compares that with its keys, once they are written.
Status check_log(backup::BackupReader& reader, const std::string& wanted) {
  if (wanted.empty()) return {};
  KOINON_ASSIGN(const auto text, reader.small_file("keys/identity", limits::kKeyHistoryBytes));
  if (!text) return fail(Code::kRefused, "the backup does not say of which log it is", "log");
  KOINON_ASSIGN(const KeyHistory history, parse_key_history(*text));
  const LogIdentity& says = history.identity();
  if (to_text(says.log_id()) == wanted) return {};
  return fail(Code::kRefused, "it is a backup of " + says.name + ", whose log is " + to_text(says.log_id()),
              "log");
}

struct PutBack {
  backup::Manifest manifest;
  std::optional<LogIdentity> owner;
};

Result<PutBack> fill(const DataFolder& folder, const RestoreArguments& arguments) {
  KOINON_ASSIGN(const backup::Opening opening, opening_of(arguments));
  KOINON_ASSIGN(const auto vault, backup::open_vault_to_read(arguments.from));
  KOINON_ASSIGN(backup::KeyRing keys, backup::keys_to_read(*vault, opening));
  std::optional<std::uint64_t> number;
  if (!arguments.number.empty()) {
    KOINON_ASSIGN(number, parse_decimal(arguments.number));
  }
  KOINON_ASSIGN(backup::BackupReader reader, backup::BackupReader::open(*vault, std::move(keys), number));
  if (!vault->has_all())
    std::cerr << "koinon: " << arguments.from
              << " is damaged; newer backups than the ones found there are lost\n";
  if (opening.secret) KOINON_TRY(reader.check_maker(opening.secret->public_key()));
  KOINON_TRY(check_log(reader, arguments.log));
  ProgressLine line("restore");
  KOINON_TRY(reader.write_files(folder.path(),
                                [&line](std::uint64_t done, std::uint64_t all) { line.show(done, all); }));
  KOINON_TRY(folder.check_node());
  KOINON_ASSIGN(auto owner, owner_of(folder));
  for (const auto& path : {folder.office(), folder.store()}) KOINON_TRY(check_database(path));
  KOINON_TRY(mark_restored(folder));
  return PutBack{reader.manifest(), std::move(owner)};
}

Status restore_backup(const Common& common, const RestoreArguments& arguments, const Workplace& place) {
  const auto back = fill(place.folder(), arguments);
  if (!back.ok()) return place.give_up(back.error());
  KOINON_TRY(place.finish());
  const std::string name = back->owner ? back->owner->name : "";
  const std::string log = back->owner ? to_text(back->owner->log_id()) : "";
  if (common.json) {
    std::cout << json::serialize(json::object{{"data", common.data},
                                              {"name", name},
                                              {"log_id", log},
                                              {"made_at", time_text(back->manifest.made)}})
              << "\n";
    return {};
  }
  std::cout << "Put back into " << common.data
            << (name.empty() ? " a node" : " the node of " + name + " (log " + log + ")") << " as it was at "
            << time_text(back->manifest.made)
            << ".\nOnce koinond runs, it takes back from its peers what they have of this city's log, and "
               "signs when "
               "they have answered: koinon status says whom it waits for.\nNext: "
            << start_command(common.data, "") << "\n";
  return {};
}

Result<RebuildResult> rebuild(const DataFolder& folder, const RestoreArguments& arguments) {
  RebuildOptions options;
  options.keys = arguments.keys;
  options.peers = arguments.peers;
  if (!arguments.passphrase_file.empty()) {
    KOINON_ASSIGN(options.passphrase, read_passphrase(arguments.passphrase_file));
  }
  if (!arguments.id.empty()) {
    KOINON_ASSIGN(options.identity, identity_of_line(arguments.id, arguments.recovery_key));
  }
  return rebuild_node(folder, options, system_clock().wall());
}

Status restore_keys(const Common& common, const RestoreArguments& arguments, const Workplace& place) {
  const auto made = rebuild(place.folder(), arguments);
  if (!made.ok()) return place.give_up(made.error());
  KOINON_TRY(place.finish());
  const std::string link = welcome_link(common, made->first_operator);
  if (common.json) {
    std::cout << json::serialize(json::object{{"data", common.data},
                                              {"name", made->identity.name},
                                              {"log_id", to_text(made->identity.log_id())},
                                              {"first_operator", link}})
              << "\n";
    return {};
  }
  std::cout
      << "Made the node of " << made->identity.name << " anew in " << common.data
      << ": its log comes back from its peers once koinond runs.\n"
      << "Accounts, drafts and settings are gone. To log in with a browser, set the password of the account "
         "`operator` once, within a week:\n"
      << link << "\nNext: " << start_command(common.data, arguments.passphrase_file) << "\n";
  return {};
}

}  // namespace

Status run_restore(const Common& common, const RestoreArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(init_crypto());
  if (arguments.from.empty() == arguments.keys.empty())
    return fail(Code::kInvalidArgument, "name a backup, or with --keys a folder of keys", "from");
  KOINON_TRY(
      need_files(DataFolder(common.data),
                 "put it back with PostgreSQL's own backup, and the folder keys from its copy; RUNBOOK, "
                 "\"The hub\""));
  KOINON_ASSIGN(const Workplace place, Workplace::make(common.data, "koinon restore"));
  return arguments.keys.empty() ? restore_backup(common, arguments, place)
                                : restore_keys(common, arguments, place);
}

void add_keeping_commands(CLI::App& app, const Common& common, std::function<Status()>& action) {
  const auto backup = std::make_shared<BackupArguments>();
  CLI::App* to =
      app.add_subcommand("backup", "copy the node, while it runs or not; again: only what changed");
  to->fallthrough()->callback(
      [&common, &action, backup] { action = [&common, backup] { return run_backup(common, *backup); }; });
  to->add_option("dest", backup->to, "a folder, or a file that a backup was written to");
  to->add_flag("--one-file", backup->one_file, "make one file, not a folder");
  to->add_option("--passphrase-file", backup->passphrase_file, "encrypt to the passphrase in this file");
  to->add_option("--to", backup->public_key, "encrypt to the public key that --make-key printed");
  to->add_option("--keep", backup->keep, "afterwards remove all but the newest of so many backups there");
  to->add_option("--make-key", backup->make_key, "only make a secret key for backups, in this file");

  const auto restore = std::make_shared<RestoreArguments>();
  CLI::App* from = app.add_subcommand("restore", "put a node back, into a missing or empty --data folder");
  from->fallthrough()->callback(
      [&common, &action, restore] { action = [&common, restore] { return run_restore(common, *restore); }; });
  from->add_option("from", restore->from, "what koinon backup wrote");
  from->add_option("--number", restore->number, "which backup of those there (the newest)");
  from->add_option("--log", restore->log, "refuse a backup of another log than this log id");
  from->add_option("--passphrase-file", restore->passphrase_file, "the passphrase of the backup or the keys");
  from->add_option("--key", restore->key, "the secret key of the backup");
  from->add_option("--keys", restore->keys, "no backup: make the node anew from this folder of keys");
  from->add_option("--peer", restore->peers,
                   "with --keys: the line of a peer's koinon id; may be given again")
      ->allow_extra_args(false);
  from->add_option("--id", restore->id, "with --keys that have no file identity: our line of koinon id");
  from->add_option("--recovery-key", restore->recovery_key, "with --id: the recovery public key");

  const auto recover = std::make_shared<RecoverArguments>();
  CLI::App* back = app.add_subcommand("recover", "take the city's log back with its 24 recovery words");
  back->fallthrough()->callback(
      [&common, &action, recover] { action = [&common, recover] { return run_recover(common, *recover); }; });
  back->add_option("--words-file", recover->words_file, "the file with the words; - for standard input")
      ->required();
  back->add_option(
          "--invite", recover->invites,
          "an invite of a city that knows the log; no other city is asked: it may be given again, for each")
      ->required()
      ->allow_extra_args(false);
  back->add_option("--log", recover->log, "the id of the log, as it stands on the paper");
  back->add_option("--size", recover->size, "keep so many entries; without it, only look");
  back->add_option("--until", recover->until, "look at what stands before entry N, in place of the latest");
  back->add_flag("--yes", recover->yes, "keep all that the city shows, or what --size says; do not ask");
  back->add_option("--passphrase-file", recover->passphrase_file, "seals the new keys with its passphrase");

  const auto repair = std::make_shared<bool>(false);
  CLI::App* fsck = app.add_subcommand("fsck", "look at all that the node holds, and say what is damaged");
  fsck->fallthrough()->callback(
      [&common, &action, repair] { action = [&common, repair] { return run_fsck(common, *repair); }; });
  fsck->add_flag("--repair", *repair, "mark what can be had again to be fetched; koinond must not run");
}

}  // namespace koinon
