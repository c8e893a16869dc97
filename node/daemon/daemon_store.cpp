// What a start does with the store before any other part uses it.
#include <chrono>
#include <utility>

#include "node/daemon/daemon.h"
#include "node/daemon/part_options.h"
#include "node/publishing/node_key_wait.h"
#include "storage/store/epoch_start.h"

namespace koinon {
namespace {

// So long a step may take before the service manager takes the start for failed: sealed keys take seconds, a
// migration of a large store on a slow disk many minutes.
constexpr std::chrono::minutes kKeysStep{10};
constexpr std::chrono::hours kStoreStep{2};

}  // namespace

// A server may be away, and another process may write there, for weeks: whoever waits opens no keys, which
// are sealed perhaps and then take seconds of a core.
Result<std::unique_ptr<Store>> Daemon::open_folder_and_store(const ServiceManager& manager) {
  const DataFolder folder(config_.data);
  KOINON_ASSIGN(const StoreSource source, StoreSource::of(folder, config_.store_url, false));
  const auto open = [&] {
    tell_start(manager, "Opens its store; after an upgrade or a crash this may take long", kStoreStep);
    return source.open_writer(store_options(config_), config_.store_max_bytes);
  };
  std::unique_ptr<Store> out;
  if (source.is_on_server()) {
    KOINON_TRY(folder.check_node(true));
    KOINON_ASSIGN(out, open());
  }
  tell_start(manager, "Opens its keys", kKeysStep);
  KOINON_ASSIGN(folder_, FolderInUse::open(config_.data, config_.passphrase_file, config_.store_url));
  if (!out) {
    KOINON_ASSIGN(out, open());
  }
  return out;
}

// A change of a key that the log names may have been cut short, or has waited for this start.
Status Daemon::settle_named_keys(Store& store) {
  KOINON_ASSIGN(const auto own, store.own_log());
  if (!own) return {};
  const auto named = store.log_keys(*own);
  if (!named.ok()) return named.error().code == Code::kNotFound ? Status() : Status(named.error());
  KOINON_TRY(folder_->settle_next_cosigner(named->cosigner));
  if (!node_key_waits(*named, folder_->keys().next_node)) return {};
  return settle_node_key(store, named->node);
}

// The file first: with it in its place nothing waits, whatever the store still says.
Status Daemon::settle_node_key(Store& store, const NodeKey& named) {
  KOINON_ASSIGN(const NodeKeyWait wait, read_node_key_wait(store, named));
  KOINON_ASSIGN(const auto awaited, awaited_for(store, wait));
  KOINON_ASSIGN(const auto own, store.own_log());
  const NodeKey shown = NodeKey::from(folder_->keys().node.public_key().view());
  KOINON_ASSIGN(const bool serves, old_node_key_serves(store, own.value_or(LogId()), shown));
  const bool is_used = wait.now || awaited.empty() || !serves;
  if (is_used) KOINON_TRY(folder_->use_next_node_key());
  // On a full disk, say, it is made up for at another start.
  if (const Status kept = keep_node_key_wait(store, wait, is_used); !kept.ok())
    log_.warning(log_event::kNodeKeyWaitNotKept, "what waits of the node key is not kept",
                 {{"reason", kept.error().text()}});
  std::string names;
  for (const PeerRecord& peer : awaited) names += (names.empty() ? "" : ", ") + peer.name;
  if (!is_used) {
    log_.info(log_event::kNodeKeyWaits, "the old node key still serves: peers do not know the new one yet",
              {{"peers", names}});
  } else if (names.empty()) {
    log_.info(log_event::kNodeKeyServes, "the new node key serves from now on, and all peers know it");
  } else {
    log_.warning(
        log_event::kNodeKeyServes,
        "the new node key serves from now on; these peers need a fresh invite, unless they hear of it",
        {{"peers", names}});
  }
  return {};
}

// On a full disk it is tried again while we run: what is here can be read meanwhile.
Status Daemon::begin_epoch(Store& store, StoreState& state) {
  const EpochMaker make = epoch_maker(EpochKey(folder_->keys().node));
  Status marked;
  const Status begun = begin_next_epoch(store, [&](std::uint32_t counter) {
    const Epoch next = make(counter);
    if (mark_) marked = mark_->before_epoch(store, next);
    return next;
  });
  if (!marked.ok())
    log_.error(log_event::kMarkNotKept, "the mark is not kept", {{"reason", marked.error().text()}});
  if (!begun.ok() && begun.error().code != Code::kDiskFull) return begun;
  state.epoch_begun = begun.ok();
  KOINON_ASSIGN(state.epochs, store.epochs());
  return {};
}

}  // namespace koinon
