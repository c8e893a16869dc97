#include "node/daemon/init.h"

#include <functional>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "crypto/key_file.h"
#include "crypto/key_history_text.h"
#include "crypto/mnemonic.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/init_store.h"
#include "node/daemon/signing_mark.h"
#include "node/text/codes.h"
#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"
#include "proto/codec/name.h"
#include "storage/office/accounts.h"
#include "storage/store/epoch_start.h"

namespace koinon {
namespace {

constexpr std::size_t kTokenBytes = 16;

// What root makes in the folder of another user, koinond could not read: it runs as that user.
Status check_owner(const DataFolder& folder) {
  struct stat what {};
  if (::geteuid() != 0 || ::stat(folder.path().c_str(), &what) != 0 || what.st_uid == 0) return {};
  const std::string owner = user_name(what.st_uid);
  return fail(Code::kRefused,
              "this folder belongs to the user " + owner + "; run this as that user: runuser -u " + owner +
                  " -- koinon init …",
              folder.path().string());
}

Status make_folders(const DataFolder& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.path() / "keys", error);
  if (error) {
    const std::string why =
        is_no_permission(error.value()) ? ": " + why_no_folder(folder.path()) : std::string();
    return fail(is_no_room(error.value()) ? Code::kDiskFull : Code::kIo,
                "the folder could not be made: " + error.message() + why, folder.path().string());
  }
  if (::chmod(folder.path().c_str(), 0700) != 0 || ::chmod((folder.path() / "keys").c_str(), 0700) != 0) {
    return fail(Code::kIo, "the folder could not be closed to others", folder.path().string());
  }
  return {};
}

Draft profile_draft(const InitOptions& options) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PROFILE);
  draft.entry.set_language(options.language);
  draft.body.emplace();
  auto* profile = draft.body->mutable_profile();
  profile->set_type(options.type);
  profile->set_display_name(options.display_name);
  profile->set_country(options.country);
  return draft;
}

Status write_first_entries(Store& store, const NodeKeys& keys, OwnLog& log, const InitOptions& options,
                           UnixMillis now) {
  const v1::Entry genesis =
      make_genesis(log.identity(), keys.city->cosigner, keys.city->sealing.public_key(), keys.node, now);
  const auto batch = log.publish(store,
                                 {[&](StoreReader&) -> Result<Draft> {
                                    return Draft{genesis, std::nullopt, false};
                                  },
                                  [&](StoreReader&) -> Result<Draft> { return profile_draft(options); }},
                                 now);
  if (!batch.ok()) return batch.error();
  for (const auto& result : batch->results) {
    if (!result.ok()) return result.error();
  }
  return store.set_own_log(log.id());
}

// `hand_over`: the last before the node counts. On a server, what is there counts as soon as it is committed,
// and nobody can put it aside; so whoever gets the words has them before.
Status write_store(const StoreSource& source, const SigningKey& node, BytesView token,
                   const std::function<Status(Store&)>& fill, const std::function<Status()>& hand_over) {
  StoreOptions options;
  options.epochs = epoch_maker(EpochKey(node));
  KOINON_ASSIGN(const auto store, source.open_writer(options));
  KOINON_TRY(store->begin(true));
  Status status = check_no_node(*store, source);
  if (status.ok()) status = fill(*store);
  if (status.ok()) status = store->set_instance_token(token);
  if (status.ok() && source.is_on_server()) status = hand_over();
  if (!status.ok()) {
    store->rollback();
    return status;
  }
  return store->commit();
}

// So that the first start signs at once. Without it the peers are asked first, of whom there are none yet.
void write_mark(const StoreSource& source, const std::string& mark_folder, const LogId& log) {
  const auto store = source.open_writer({});
  if (!store.ok()) return;
  auto mark = SigningMark::open(mark_folder, log, **store, nullptr);
  if (mark.ok()) (void)mark->mark_now(**store);
}

}  // namespace

Result<std::string> make_first_operator(const StoreSource& source, UnixMillis now) {
  KOINON_ASSIGN(OfficeDb office, source.open_office());
  Accounts accounts(office);
  KOINON_ASSIGN(const auto before, accounts.find("operator"));
  if (before && source.is_on_server()) return accounts.issue_link(before->id, now);
  User user;
  user.name = "operator";
  user.role = Role::kOperator;
  user.created_at = now;
  KOINON_ASSIGN(const UserId id, accounts.add(user));
  return accounts.issue_link(id, now);
}

namespace {

// What is signed first says how the city is called, where it lies and what it speaks, for good. So codes that
// others could not look up are refused, and those in another case are written as they are looked up; and the
// name has no signs that nobody sees, as little as a note has.
Result<InitOptions> checked(InitOptions options) {
  KOINON_TRY(check_name(options.name));
  if (is_utf8(options.display_name)) options.display_name = trimmed(plain_line(options.display_name));
  if (options.display_name.empty() || options.display_name.size() > 200 || !is_utf8(options.display_name)) {
    return fail(Code::kInvalidArgument, "give the city's name as people write it, at most 200 bytes",
                "display-name");
  }
  KOINON_ASSIGN(options.language, language_code(options.language));
  if (!options.country.empty()) {
    KOINON_ASSIGN(options.country, country_code(options.country));
  }
  return options;
}

// Whether the node in the folder is the one that the init made which was cut short: somebody may have put
// another one back there.
bool is_of_this_init(const DataFolder& folder) {
  const auto made = read_kept_file(folder.unfinished(), limits::kKeyHistoryBytes);
  const auto here = read_kept_file(folder.identity(), limits::kKeyHistoryBytes);
  return made.ok() && here.ok() && !made->empty() && *made == *here;
}

// Whatever a node left is somebody's: a signing key that is overwritten is a city that is lost.
Status check_empty(const DataFolder& folder) {
  std::error_code error;
  if (std::filesystem::status(folder.path(), error).type() == std::filesystem::file_type::not_found)
    return {};
  const bool on_server = has_store_on_server(folder);
  KOINON_ASSIGN(const auto have, folder.contents(on_server));
  if (have.found.empty()) return {};
  // Whether it is in the store on the server, nobody sees here.
  if (have.unfinished && have.missing.empty() && on_server) {
    return fail(
        Code::kConflict,
        "init was cut short in this folder. If it showed the recovery words, remove init-unfinished; else "
        "empty the database of store.url, remove the folder, and run init again",
        folder.path().string());
  }
  if (have.unfinished && have.missing.empty() && is_of_this_init(folder)) {
    return fail(Code::kConflict,
                "init was cut short before it showed the recovery words: nobody has them. Remove the folder, "
                "and run init again; a page with words that it wrote is of nothing",
                folder.path().string());
  }
  if (have.unfinished && have.missing.empty()) {
    return fail(Code::kConflict,
                "init-unfinished is in this folder, and a whole node: if you put that node back, remove "
                "init-unfinished; "
                "else choose another --data folder",
                folder.path().string());
  }
  if (have.unfinished) return {};
  if (have.missing.empty())
    return fail(Code::kConflict, "a node lives here already; choose another --data folder",
                folder.path().string());
  return folder.check_node(on_server);
}

Result<InitResult> make_node(const DataFolder& folder, const StoreSource& source, const InitOptions& options,
                             UnixMillis now, const HandOver& hand_over) {
  NodeKeys keys{SigningKey::generate(), std::nullopt};
  InitResult made;
  std::function<Status(Store&)> fill = [&](Store& store) {
    return store.set_setting(kObserverName, options.name);
  };
  if (!options.observer) {
    keys.city = generate_city_keys();
    const SigningKey recovery = SigningKey::generate();
    made.identity = LogIdentity{options.name, keys.city->signing.public_key(), recovery.public_key()};
    made.display_name = options.display_name;
    made.recovery_words = seed_to_words(recovery.seed());
    fill = [&](Store& store) {
      OwnLog log(*made.identity, keys.city->signing);
      return write_first_entries(store, keys, log, options, now);
    };
  }
  // Whose node is begun here, before anything of it is.
  if (made.identity)
    KOINON_TRY(write_private_file(folder.unfinished(), key_history_text(KeyHistory(*made.identity))));
  KOINON_TRY(write_keys(folder, keys, options.passphrase));
  if (made.identity) KOINON_TRY(write_identity_file(folder.identity(), KeyHistory(*made.identity)));
  KOINON_ASSIGN(made.first_operator, make_first_operator(source, now));
  const Bytes token = random_bytes(kTokenBytes);
  KOINON_TRY(write_private_file(folder.instance(), to_hex(token) + "\n"));
  KOINON_TRY(write_store(source, keys.node, token, fill, [&] { return hand_over(made); }));
  if (made.identity) write_mark(source, options.mark, made.identity->log_id());
  if (!source.is_on_server()) KOINON_TRY(hand_over(made));
  return made;
}

}  // namespace

Result<InitResult> init_node(const DataFolder& folder, const InitOptions& wanted, UnixMillis now,
                             const HandOver& hand_over) {
  KOINON_ASSIGN(const InitOptions options, checked(wanted));
  KOINON_TRY(check_owner(folder));
  KOINON_TRY(check_empty(folder));
  KOINON_TRY(make_folders(folder));
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const StoreSource source, settle_source(folder, options.store));
  KOINON_TRY(check_empty(folder));  // again: somebody else may have been at work until the lock was ours
  // Until this file goes, what is made here is nobody's: cut short, init begins anew.
  KOINON_TRY(write_private_file(folder.unfinished(), ""));
  KOINON_TRY(folder.set_aside());
  auto made = make_node(folder, source, options, now, hand_over);
  if (!made.ok()) KOINON_TRY(folder.set_aside());
  KOINON_TRY(remove_file(folder.unfinished()));
  return made;
}

}  // namespace koinon
