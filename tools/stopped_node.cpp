#include "tools/stopped_node.h"

#include <system_error>
#include <utility>

#include "crypto/ed25519.h"
#include "crypto/key_file.h"
#include "node/api/about_api.h"
#include "node/api/about_json.h"
#include "node/api/account_rules.h"
#include "node/api/accounts_api.h"
#include "node/api/accounts_json.h"
#include "node/api/record_json.h"
#include "node/api/records_api.h"
#include "node/api/records_json.h"
#include "node/api/search_api.h"
#include "node/api/search_json.h"
#include "node/daemon/config_place.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/part_options.h"
#include "node/daemon/store_source.h"
#include "node/engine/engine.h"
#include "proto/base/clock.h"
#include "storage/office/accounts.h"
#include "storage/store/settings.h"

namespace koinon {
namespace json = boost::json;
namespace {

// The key that the file has. Where it is sealed and cannot be opened, the one that our log names: they are
// the same unless another key waits beside the file.
Result<NodeKey> node_key_of(const DataFolder& folder, const Config& config, StoreReader& store,
                            const std::optional<LogId>& own) {
  KOINON_ASSIGN(const bool sealed, keys_are_sealed(folder));
  const auto passphrase = sealed ? read_passphrase(config.passphrase_file) : Result<std::string>("");
  if (!sealed || (passphrase.ok() && !passphrase->empty())) {
    KOINON_ASSIGN(Bytes seed, read_key_file(folder.key("node"), "node", *passphrase));
    const PublicKey key = SigningKey::from_seed(seed, KeyMemory::kLocked).public_key();
    wipe(seed);
    return NodeKey::from(key.view());
  }
  std::error_code ignored;
  if (own && !std::filesystem::exists(folder.key("node-next"), ignored)) {
    const auto named = store.log_keys(*own);
    if (named.ok()) return named->node;
  }
  return fail(Code::kRefused, "the node key is sealed, and its passphrase is not at hand; start koinond",
              folder.key("node").string());
}

// Nothing of our own log may be held yet, after a restore from keys alone.
Result<KeyHistory> keys_of(const DataFolder& folder, StoreReader& store, const LogId& own) {
  const auto held = store.log_state(own);
  if (held.ok()) return held->keys;
  if (held.error().code != Code::kNotFound) return held.error();
  return read_identity_file(folder.identity());
}

Result<StoreSource> source_of(const DataFolder& folder, const Config& config) {
  return StoreSource::of(folder, config.store_url, config.reader);
}

}  // namespace

Result<json::object> stopped_id(const std::filesystem::path& data, const std::string& named) {
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(data));
  const DataFolder folder(data);
  KOINON_ASSIGN(const Config config, read_found_config(folder, named));
  KOINON_ASSIGN(const StoreSource source, source_of(folder, config));
  KOINON_TRY(folder.check_node(source.is_on_server()));
  KOINON_ASSIGN(const auto store, source.open_reader());
  NodeIdView view;
  KOINON_ASSIGN(view.log, store->own_log());
  KOINON_ASSIGN(view.line.node_key, node_key_of(folder, config, *store, view.log));
  view.line.address = config.address;
  if (view.log) {
    KOINON_ASSIGN(const KeyHistory keys, keys_of(folder, *store, *view.log));
    view.name = keys.identity().name;
    view.line.vkey = keys.vkey();
    return id_json(view);
  }
  KOINON_ASSIGN(const auto observer, store->setting(kObserverName));
  view.name = observer.value_or("");
  return id_json(view);
}

Result<json::object> stopped_link(const std::filesystem::path& data, const std::string& named,
                                  const std::string& account) {
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(data));
  const DataFolder folder(data);
  KOINON_ASSIGN(const Config config, read_found_config(folder, named));
  KOINON_ASSIGN(const StoreSource source, source_of(folder, config));
  KOINON_TRY(folder.check_node(source.is_on_server()));
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(OfficeDb office, source.open_office());
  const Clock clock = system_clock();
  Accounts accounts(office);
  KOINON_ASSIGN(const User user, account_of(accounts, account));
  KOINON_ASSIGN(const std::string code, accounts.issue_link(user.id, clock.wall()));
  AuditLine line;
  line.at = clock.wall();
  line.who = "koinon, on the data folder";
  line.action = "makeLink";
  line.target = user.name;
  line.outcome = "201";
  KOINON_TRY(accounts.note(line));
  return account_link_json({user_view(user), pages_url(config) + "/welcome/" + code});
}

// The engine decides which log has which name, by what the store knows of peers and vouches. It is made for
// that alone, and does nothing else.
Result<StoppedNode> StoppedNode::open(const std::filesystem::path& data, const std::string& named) {
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(data));
  const DataFolder folder(data);
  KOINON_ASSIGN(const Config config, read_found_config(folder, named));
  KOINON_ASSIGN(const StoreSource source, source_of(folder, config));
  KOINON_TRY(folder.check_node(source.is_on_server()));
  std::error_code ignored;
  if (!std::filesystem::exists(folder.index(), ignored))
    return fail(Code::kNotFound, "there is no search index yet, which koinond makes; start it",
                folder.index().string());
  StoppedNode out;
  KOINON_ASSIGN(StoreState state, source.read_state());
  KOINON_ASSIGN(out.store_, source.open_reader());
  KOINON_ASSIGN(out.index_, open_index_reader(folder.index(), make_shared_columns()));
  KOINON_ASSIGN(EngineConfig rules, engine_options(config, *out.store_));
  const Clock clock = system_clock();
  Engine engine(std::move(rules), std::move(state), {clock.mono(), clock.wall()});
  out.nearness_->apply(engine.take_claims());
  return out;
}

Result<json::object> StoppedNode::records(const Params& params) const {
  KOINON_ASSIGN(const RecordListQuery query, read_record_list_query(params));
  KOINON_ASSIGN(const RecordListView view, list_records({*store_, *index_, *nearness_}, query));
  return record_list_json(view);
}

Result<json::object> StoppedNode::search(const Params& params) const {
  KOINON_ASSIGN(const NoteSearch query, read_note_search(params));
  KOINON_ASSIGN(const SearchView view, find_notes({*store_, *index_, *nearness_}, query));
  return search_json(view);
}

Result<json::object> StoppedNode::record(const std::string& ref) const {
  KOINON_ASSIGN(const RecordView view, get_record({*store_, *index_, *nearness_}, ref, false));
  return record_json(view);
}

Result<std::string> StoppedNode::markdown(const std::string& ref) const {
  return get_markdown({*store_, *index_, *nearness_}, ref);
}

}  // namespace koinon
