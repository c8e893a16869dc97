#include "node/reading/directory.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "node/reading/shown_record.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/search/called_cities.h"

namespace koinon {
namespace {

std::string choices(const std::string& name, const std::vector<LogId>& logs) {
  std::string out;
  for (const LogId& log : logs) out += (out.empty() ? "" : " or ") + format_city(name, log, true);
  return out;
}

Error refused_tie(const std::string& name, const std::vector<LogId>& logs) {
  return fail(
      Code::kConflict,
      Sentence{
          "city.several", "more than one log has that name; say {cities}", {{"cities", choices(name, logs)}}},
      "city");
}

Error not_held(std::string_view text) {
  return fail(Code::kNotFound,
              Sentence{"city.unknown", "no city called {name} is held here", {{"name", std::string(text)}}},
              "city");
}

Result<std::vector<LogId>> held_as(StoreReader& store, const std::string& name) {
  KOINON_ASSIGN(const auto held, store.logs_named(name, {}, limits::kSameName));
  std::vector<LogId> out;
  out.reserve(held.size());
  for (const LogState& log : held) out.push_back(log.id);
  return out;
}

}  // namespace

const std::vector<LogId>& Directory::nearest(const std::string& name) {
  const auto known = nearest_.find(name);
  if (known != nearest_.end()) return known->second;
  return nearest_.emplace(name, nearness_.nearest(name)).first->second;
}

std::string Directory::city(const LogId& log) {
  const auto known = cities_.find(log);
  if (known != cities_.end()) return known->second;
  const auto state = store_.log_state(log);
  const std::string name = state.ok() ? state->identity().name : nearness_.name_of(log).value_or("");
  keys_.emplace(log, state.ok() ? state->keys : KeyHistory());
  bool has_it = false;
  if (!name.empty()) {
    const auto& logs = nearest(name);
    has_it = logs.size() == 1 && logs.front() == log;
  }
  return cities_.emplace(log, format_city(name, log, !has_it)).first->second;
}

std::string Directory::ref(const LogId& log, EntryIndex index) {
  return city(log) + "/" + format_entry_name({index, keys(log).recoveries_before(index)});
}

std::string Directory::ref(const IndexedRecord& record) {
  return city(record.log) + "/" + format_entry_name({record.index, record.recoveries});
}

std::string Directory::lasting_ref(const LogId& log, EntryIndex index, const Hash& leaf) {
  return city(log) + "/" + format_entry_name(name_by_leaf(index, leaf));
}

bool Directory::was_taken_back(const LogId& log) { return keys(log).recoveries() > 0; }

// Read with the city's name.
const KeyHistory& Directory::keys(const LogId& log) {
  (void)city(log);
  return keys_.at(log);
}

std::optional<IndexedRecord> Directory::latest_profile(const LogId& log) {
  if (index_ == nullptr) return std::nullopt;
  const auto latest = index_->latest(log, v1::KIND_PROFILE);
  if (!latest.ok() || !*latest) return std::nullopt;
  auto indexed = index_->get(log, **latest);
  return indexed.ok() ? std::move(*indexed) : std::nullopt;
}

std::string Directory::display_name(const LogId& log) {
  const auto known = names_.find(log);
  if (known != names_.end()) return known->second;
  const auto profile = latest_profile(log);
  return names_.emplace(log, profile ? profile->title : "").first->second;
}

const Directory::LocalNames& Directory::local_names(const LogId& log) {
  const auto known = local_names_.find(log);
  if (known != local_names_.end()) return known->second;
  auto& names = local_names_[log];
  const auto profile = latest_profile(log);
  names_.emplace(log, profile ? profile->title : "");  // who asks for a local name asks for this one next
  const auto stored = profile ? shown_record(store_, *profile)
                              : Result<StoredRecord>(fail(Code::kNotFound, "there is no profile"));
  const auto body = stored.ok() && stored->body.size() <= limits::kNamesReadBytes
                        ? parse_body(stored->body)
                        : Result<v1::Body>(fail(Code::kNotFound, "there is no profile"));
  if (body.ok()) {
    for (const auto& name : body->profile().names())
      names.push_back({ascii_lower(name.language().substr(0, name.language().find('-'))), name.name()});
  }
  return names;
}

std::string Directory::name_in(const LogId& log, std::string_view language) {
  const LocalNames& names = local_names(log);
  const auto name = std::find_if(names.begin(), names.end(), [&](const LocalName& one) {
    return one.language == language.substr(0, language.find('-'));
  });
  return name == names.end() || name->name.empty() ? display_name(log) : name->name;
}

std::string Directory::name_called(const LogId& log, std::string_view part) {
  const std::string wanted = folded_city_name(part);
  if (wanted.empty()) return {};
  std::string out;
  const auto look_at = [&](const std::string& name) {
    const std::string folded = folded_city_name(name);
    if (folded == wanted || (out.empty() && folded.find(wanted) != std::string::npos)) out = name;
    return folded == wanted;
  };
  if (look_at(display_name(log))) return out;
  for (const LocalName& one : local_names(log)) {
    if (look_at(one.name)) break;
  }
  return out;
}

std::optional<KeyChange> Directory::key_change(const LogId& log, EntryIndex index) {
  return key_change_at(store_, keys(log), index);
}

// Somebody may make two logs with the same beginning on purpose. They are refused as a tie.
Result<LogState> Directory::find_by_prefix(const std::string& name, std::string_view prefix,
                                           std::string_view text) {
  KOINON_ASSIGN(const Bytes bytes, from_base32(prefix));
  KOINON_ASSIGN(auto logs, store_.logs_named(name, bytes, 2));
  if (logs.empty()) return not_held(text);
  if (logs.size() > 1) return refused_tie(name, {logs[0].id, logs[1].id});
  return std::move(logs.front());
}

Result<LogState> Directory::find_city(std::string_view text) {
  KOINON_ASSIGN(const HumanCity city, parse_city(text));
  if (!city.log_prefix.empty()) return find_by_prefix(city.name, city.log_prefix, text);
  const auto& logs = nearest(city.name);
  if (logs.size() > 1) return refused_tie(city.name, logs);
  if (logs.size() == 1) {
    auto log = store_.log_state(logs.front());
    return log.ok() || log.error().code != Code::kNotFound ? std::move(log) : not_held(text);
  }
  KOINON_ASSIGN(const auto held, held_as(store_, city.name));
  if (held.empty()) return not_held(text);
  return fail(Code::kNotFound,
              Sentence{"city.not_trusted",
                       "no city that is trusted here has that name; what is held is {cities}",
                       {{"cities", choices(city.name, held)}}},
              "city");
}

Result<LogId> Directory::find_log(std::string_view text) {
  if (const auto id = parse_log_id(text); id.ok()) return *id;
  KOINON_ASSIGN(const LogState log, find_city(text));
  return log.id;
}

Result<LogId> Directory::find_any(std::string_view text) {
  if (const auto id = parse_log_id(text); id.ok()) return *id;
  KOINON_ASSIGN(const HumanCity city, parse_city(text));
  if (!city.log_prefix.empty()) {
    KOINON_ASSIGN(const LogState log, find_by_prefix(city.name, city.log_prefix, text));
    return log.id;
  }
  std::vector<LogId> logs = nearest(city.name);
  if (logs.empty()) {
    KOINON_ASSIGN(logs, held_as(store_, city.name));
  }
  if (logs.empty()) return not_held(text);
  if (logs.size() > 1) return refused_tie(city.name, logs);
  return logs.front();
}

bool Directory::is_known_void(const LogId& log, EntryIndex index, const Hash& leaf) {
  return was_here(log, {index, 0, to_hex(leaf.view())});
}

// Asked of an entry that does not stand. The index may still have it, until it has read that it is void.
bool Directory::was_here(const LogId& log, const EntryName& entry) {
  if (index_ == nullptr) return false;
  const auto is_meant = [&](const IndexedRecord& record) {
    return entry.leaf.empty() ? record.recoveries == entry.recoveries
                              : to_hex(record.leaf.view()).starts_with(entry.leaf);
  };
  const auto last = index_->get(log, entry.index);
  if (last.ok() && *last && is_meant(**last)) return true;
  const auto voided = index_->voided_at(log, entry.index);
  return voided.ok() && std::any_of(voided->begin(), voided->end(), is_meant);
}

Status Directory::check_stands(const LogState& log, const EntryName& entry, std::string_view text) {
  const std::uint64_t recoveries = log.keys.recoveries_before(entry.index);
  bool may_be_void = entry.recoveries < recoveries;
  bool stands = entry.recoveries == recoveries;
  if (!entry.leaf.empty()) {
    if (entry.index.value < log.range.size().value) {
      KOINON_ASSIGN(const Bytes leaf, store_.entry(log.id, entry.index));
      stands = name_by_leaf(entry.index, leaf_hash(leaf)).leaf == entry.leaf;
    } else {
      stands = !was_here(log.id, entry);  // it may come yet
    }
    may_be_void = log.keys.recoveries() > 0;
  }
  if (stands) return {};
  if (!may_be_void) return fail(Code::kNotFound, "there is no " + std::string(text) + " here", "ref");
  if (!was_here(log.id, entry))
    return fail(
        Code::kNotFound,
        Sentence{"ref.not_there",
                 "no entry stands there that {ref} means; it may be void, since its city took its log "
                 "back",
                 {{"ref", std::string(text)}}},
        "ref");
  return fail(Code::kNotFound,
              Sentence{"ref.void",
                       "{ref} is void: its city took its log back, and that entry counts no more",
                       {{"ref", std::string(text)}}},
              "ref");
}

Result<Directory::Found> Directory::find_ref(std::string_view text) {
  KOINON_ASSIGN(const HumanRef ref, parse_ref(text));
  KOINON_ASSIGN(LogState log, find_city(text.substr(0, text.rfind('/'))));
  KOINON_TRY(check_stands(log, ref.entry, text));
  if (ref.entry.index.value >= log.range.size().value) {
    return fail(Code::kNotFound,
                "there is no " + std::string(text) + ": the city's log has " +
                    std::to_string(log.range.size().value) + " entries here",
                "ref");
  }
  return Found{std::move(log), ref.entry.index};
}

}  // namespace koinon
