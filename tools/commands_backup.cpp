// koinon backup: copies a node to a folder or a file, while its daemon runs or not.
#include <csignal>
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/key_file.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"
#include "node/text/time_text.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/backup/backup_reader.h"
#include "storage/backup/backup_writer.h"
#include "storage/backup/pruning.h"
#include "tools/keeping.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::string_view kPublicWord = "koinon-backup-key:";

Result<SealingKey> parse_public_key(const std::string& text) {
  const Error wrong =
      fail(Code::kInvalidArgument, "it is no public key; koinon backup --make-key FILE prints one", "to");
  if (!text.starts_with(kPublicWord)) return wrong;
  const auto bytes = from_base64url(std::string_view(text).substr(kPublicWord.size()));
  if (!bytes.ok() || bytes->size() != SealingKey::kSize) return wrong;
  return SealingKey::from(*bytes);
}

// The secret key is kept apart from the node: with it alone the backups are read.
Status make_key(const Common& common, const BackupArguments& arguments) {
  std::error_code ignored;
  if (std::filesystem::exists(arguments.make_key, ignored))
    return fail(Code::kConflict, "a file is there already; it is not overwritten", arguments.make_key);
  std::string passphrase;
  if (!arguments.passphrase_file.empty()) {
    KOINON_ASSIGN(passphrase, read_passphrase(arguments.passphrase_file));
  }
  const SealingSecret secret = SealingSecret::generate();
  KOINON_TRY(
      write_key_file(std::filesystem::absolute(arguments.make_key), "backup", secret.seed(), passphrase));
  const std::string text = std::string(kPublicWord) + to_base64url(secret.public_key().view());
  if (common.json) {
    std::cout << json::serialize(json::object{{"file", arguments.make_key}, {"public_key", text}}) << "\n";
    return {};
  }
  std::cout << text << "\n";
  std::cerr << "koinon: back up with: koinon backup DEST --to " << text << "\nkoinon: keep "
            << arguments.make_key << " where the node is not; koinon restore takes it with --key\n";
  return {};
}

// A secret that this machine has in every run, and a backup does not tell: by it chunks get the same names.
Result<Bytes> naming_secret(const DataFolder& folder, const SealingKey& to) {
  KOINON_ASSIGN(Bytes key, read_secret_file(folder.key("node"), limits::kBackupKeyFileBytes));
  Bytes secret = backup::naming_of(key, to);
  wipe(key);
  return secret;
}

Result<backup::Closing> closing_of(const DataFolder& folder, const BackupArguments& arguments) {
  backup::Closing closing;
  if (!arguments.public_key.empty() && !arguments.passphrase_file.empty())
    return fail(Code::kInvalidArgument, "encrypt to a passphrase or to a public key, not to both", "to");
  if (!arguments.public_key.empty()) {
    closing.protection = backup::Protection::kPublicKey;
    KOINON_ASSIGN(closing.to, parse_public_key(arguments.public_key));
    KOINON_ASSIGN(closing.naming, naming_secret(folder, closing.to));
  } else if (!arguments.passphrase_file.empty()) {
    closing.protection = backup::Protection::kPassphrase;
    KOINON_ASSIGN(closing.passphrase, read_passphrase(arguments.passphrase_file));
  }
  return closing;
}

Status check_place(const DataFolder& folder, const std::filesystem::path& to) {
  if (to.empty()) return fail(Code::kInvalidArgument, "name the folder or file to write to", "dest");
  const auto data = std::filesystem::weakly_canonical(folder.path());
  const auto place = std::filesystem::weakly_canonical(to);
  const auto inside = place.lexically_relative(data);
  if (!inside.empty() && *inside.begin() != "..")
    return fail(Code::kInvalidArgument, "a backup in the data folder is lost with it; choose another place",
                to.string());
  return {};
}

// 0: all stay.
Result<std::uint64_t> number_to_keep(const BackupArguments& arguments) {
  if (arguments.keep.empty()) return std::uint64_t{0};
  const auto keep = parse_decimal(arguments.keep);
  if (!keep.ok() || *keep == 0)
    return fail(Code::kInvalidArgument, "say how many backups stay, at least 1", "keep");
  std::error_code error;
  if (arguments.one_file || std::filesystem::is_regular_file(arguments.to, error))
    return fail(Code::kInvalidArgument,
                "a backup in one file only grows; older ones are removed from a folder", "keep");
  return *keep;
}

Result<backup::BackupReport> write(backup::Vault& vault, const DataFolder& folder,
                                   const backup::Closing& closing) {
  KOINON_ASSIGN(const backup::WritingKeys keys, backup::keys_to_write(vault, closing));
  const backup::NodeRoom room(folder.path());
  KOINON_ASSIGN(const backup::NodeFiles files, backup::NodeFiles::open(folder.path()));
  ProgressLine line("backup");
  return backup::write_backup(
      vault, keys, files.files(), system_clock().wall(),
      [&line](std::uint64_t done, std::uint64_t all) { line.show(done, all); },
      [&room] { return room.check(); });
}

Error not_removed(std::uint64_t number, Error why) {
  why.message = "backup " + std::to_string(number) +
                " is written and was read back; not all older ones were removed: " + why.message;
  return why;
}

void tell(const backup::PruneReport& pruned) {
  if (pruned.backups > 0)
    std::cout << pruned.backups << " older backups there were removed, with " << pruned.chunks
              << " chunks that nothing else needs.\n";
}

}  // namespace

Status run_backup(const Common& common, const BackupArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error, and not the end
  KOINON_TRY(init_crypto());
  if (!arguments.make_key.empty()) return make_key(common, arguments);
  // Root stays root: only root may write to where root keeps backups, and in the folder nothing is written.
  const DataFolder folder(common.data);
  KOINON_TRY(
      need_files(folder,
                 "back it up with PostgreSQL's own backup, and copy the folder keys beside it; RUNBOOK, "
                 "\"The hub\""));
  KOINON_TRY(folder.check_node());
  KOINON_TRY(check_place(folder, arguments.to));
  KOINON_ASSIGN(const std::uint64_t keep, number_to_keep(arguments));
  KOINON_ASSIGN(const backup::Closing closing, closing_of(folder, arguments));
  const std::filesystem::path to = std::filesystem::absolute(arguments.to);
  KOINON_ASSIGN(const auto vault, backup::open_vault_to_write(to, arguments.one_file, closing.protection));
  KOINON_ASSIGN(const backup::BackupReport report, write(*vault, folder, closing));
  const auto pruning =
      keep > 0 ? backup::prune(*vault, keep) : Result<backup::PruneReport>(backup::PruneReport());
  const backup::PruneReport pruned = pruning.ok() ? *pruning : backup::PruneReport();
  // The backup is good all the same, and is told of first.
  const Status ended = pruning.ok() ? Status() : not_removed(report.number, pruning.error());
  if (pruned.unknown)
    std::cerr << "koinon: no older backup was removed: what number " << *pruned.unknown
              << " needs is not written down there; that ends when it is not among those to keep\n";
  if (common.json) {
    std::cout << json::serialize(json::object{{"number", report.number},
                                              {"bytes", report.bytes},
                                              {"chunks", report.chunks},
                                              {"written", report.written},
                                              {"mended", report.mended},
                                              {"removed", pruned.backups}})
              << "\n";
    return ended;
  }
  std::cout << "Backup " << report.number << " of " << common.data << " is in " << arguments.to << ": "
            << report.bytes / limits::kKiB << " KiB, " << report.written << " of " << report.chunks
            << " chunks were new; all of it was read back.\n";
  if (report.mended > 0)
    std::cout << report.mended
              << " chunks of earlier backups were damaged and are mended: look at that disk.\n";
  tell(pruned);
  if (closing.protection == backup::Protection::kOpen)
    std::cout << "It is not encrypted and has the keys: keep it as safe as the node.\n";
  return ended;
}

}  // namespace koinon
