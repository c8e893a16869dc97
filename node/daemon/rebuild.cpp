#include "node/daemon/rebuild.h"

#include <functional>
#include <system_error>

#include <sys/stat.h>

#include "crypto/key_file.h"
#include "node/api/change_request.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/init.h"
#include "proto/base/limits.h"
#include "storage/office/after_rollback.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
namespace {

Result<KeyHistory> history_for(const RebuildOptions& options) {
  if (options.identity) return KeyHistory(*options.identity);
  auto history = read_identity_file(options.keys / "identity");
  if (history.ok() || history.error().code != Code::kNotFound) return history;
  return fail(Code::kNotFound,
              "the file identity is missing beside the keys; say whose they are with --id LINE (the line of "
              "koinon id) "
              "and --recovery-key KEY (a peer shows it: koinon --json show CITY/0)",
              options.keys.string());
}

// They are copied as they are, sealed or not.
Status copy_keys(const DataFolder& folder, const std::filesystem::path& from) {
  KOINON_TRY(make_key_folder(folder));
  std::error_code error;
  // The last three are there only where a key is being changed.
  for (const std::string role :
       {"signing", "cosigner", "sealing", "node", "signing-next", "cosigner-next", "node-next"}) {
    const auto key = from / (role + ".key");
    if (role.ends_with("-next") && !std::filesystem::exists(key, error)) continue;
    KOINON_ASSIGN(Bytes bytes, read_kept_file(key, limits::kBackupKeyFileBytes));
    const Status written = write_private_file(folder.key(role), bytes);
    wipe(bytes);
    KOINON_TRY(written);
  }
  return {};
}

// The node key; none: the keys are sealed, and no passphrase is given.
Result<std::optional<NodeKey>> check_keys(const DataFolder& folder, const RebuildOptions& options,
                                          const KeyHistory& history) {
  KOINON_ASSIGN(const bool sealed, keys_are_sealed(folder));
  if (sealed && options.passphrase.empty()) return std::optional<NodeKey>();
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, options.passphrase));
  if (!keys.city || keys.city->signing.public_key() != history.vkey().key)
    return fail(Code::kRefused, "the signing key is not the one of " + history.identity().name,
                (options.keys / "signing.key").string());
  return std::optional(NodeKey::from(keys.node.public_key().view()));
}

// Who has held our log. Whoever is vouched for stands in that.
Result<std::vector<PeerRecord>> holders_of(const std::vector<std::string>& lines, const LogId& own,
                                           const NodeKey& node_key, UnixMillis now) {
  std::vector<PeerRecord> out;
  for (const std::string& line : lines) {
    KOINON_ASSIGN(PeerRecord peer, peer_of_line(line, own, node_key, now));
    peer.vouch = false;
    out.push_back(std::move(peer));
  }
  return out;
}

// What the operator said of one that is pinned already stands.
Status put_holders(Store& store, const std::vector<PeerRecord>& holders) {
  KOINON_ASSIGN(const auto pinned, store.peers());
  for (PeerRecord peer : holders) {
    for (const PeerRecord& old : pinned) {
      if (old.node_key == peer.node_key) peer.vouch = old.vouch;
    }
    KOINON_TRY(store.put_peer(peer));
    if (peer.log) KOINON_TRY(store.set_held_ours(peer.node_key));
  }
  return {};
}

Status write_in_one(const DataFolder& folder, const std::function<Status(Store&)>& fill) {
  KOINON_ASSIGN(const auto store, open_sqlite_store(folder.store()));
  KOINON_TRY(store->begin(true));
  if (Status status = fill(*store); !status.ok()) {
    store->rollback();
    return status;
  }
  return store->commit();
}

}  // namespace

Status mark_restored(const DataFolder& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder.office(), error)) {
    KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder.office()));
    KOINON_TRY(note_in_use(office));
  }
  return write_in_one(folder, [](Store& store) -> Status {
    // A rollback that the copy knew of is an older one: this one has a time of its own.
    KOINON_TRY(store.set_setting(kRolledBack, {}));
    KOINON_TRY(store.set_setting(kCosignerLost, "1"));
    return store.set_setting(kRestored, "1");
  });
}

Status make_key_folder(const DataFolder& folder) {
  const std::filesystem::path keys = folder.path() / "keys";
  std::error_code error;
  std::filesystem::create_directories(keys, error);
  if (error || ::chmod(keys.c_str(), 0700) != 0)
    return fail(Code::kIo, "the folder could not be made", keys.string());
  return {};
}

Result<std::string> make_store_anew(const DataFolder& folder, const NewStore& wanted, UnixMillis now) {
  KOINON_TRY(write_identity_file(folder.identity(), wanted.keys));
  const LogId own = wanted.keys.identity().log_id();
  KOINON_ASSIGN(const auto holders, holders_of(wanted.peers, own, wanted.node_key.value_or(NodeKey()), now));
  KOINON_TRY(write_in_one(folder, [&](Store& store) -> Status {
    KOINON_TRY(store.set_own_log(own));
    KOINON_TRY(store.keep_statements(own, wanted.keys.notes()));
    KOINON_TRY(put_holders(store, holders));
    KOINON_TRY(store.set_setting(kCosignerLost, "1"));
    return store.set_setting(kRestored, "1");
  }));
  // What is made anew is made in files. They may be moved to a server afterwards.
  KOINON_ASSIGN(const StoreSource files, StoreSource::of(folder, "", false));
  KOINON_ASSIGN(std::string link, make_first_operator(files, now));
  KOINON_ASSIGN(OfficeDb office, files.open_office());
  KOINON_TRY(note_made_anew(office));
  return link;
}

Status pin_holders(const DataFolder& folder, const LogId& own, const NodeKey& node_key,
                   const std::vector<std::string>& lines, UnixMillis now) {
  KOINON_ASSIGN(const auto holders, holders_of(lines, own, node_key, now));
  return write_in_one(folder, [&](Store& store) { return put_holders(store, holders); });
}

Result<RebuildResult> rebuild_node(const DataFolder& folder, const RebuildOptions& options, UnixMillis now) {
  if (options.peers.empty())
    return fail(Code::kInvalidArgument,
                "name at least one peer with --peer LINE: the log comes back from there", "peer");
  RebuildResult made;
  KOINON_ASSIGN(const KeyHistory history, history_for(options));
  made.identity = history.identity();
  KOINON_TRY(copy_keys(folder, options.keys));
  KOINON_ASSIGN(const auto node_key, check_keys(folder, options, history));
  KOINON_ASSIGN(made.first_operator, make_store_anew(folder, {history, node_key, options.peers}, now));
  return made;
}

}  // namespace koinon
