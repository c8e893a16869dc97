#include "node/reading/versions.h"

#include <set>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kVersions = 200;  // of one note, with its translations

bool is_version(v1::RefRole role) { return role == v1::REF_ROLE_REVISES || role == v1::REF_ROLE_TRANSLATES; }

}  // namespace

Result<std::vector<EntryIndex>> read_versions(StoreReader& store, IndexReader& index, const LogId& log,
                                              EntryIndex of) {
  std::vector<EntryIndex> open{of};
  std::set<EntryIndex> seen{of};
  for (std::size_t i = 0; i < open.size() && seen.size() < kVersions; ++i) {
    for (const v1::RefRole role : {v1::REF_ROLE_REVISES, v1::REF_ROLE_TRANSLATES}) {
      KOINON_ASSIGN(const auto newer, index.newest_referring({log, open[i], role, log, kVersions}));
      for (const RelatedRecord& item : newer) {
        if (seen.insert(item.index).second) open.push_back(item.index);
      }
    }
    const auto record = store.record(log, open[i]);
    const auto entry = record.ok() ? parse_entry(record->entry) : Result<v1::Entry>(record.error());
    if (!entry.ok()) continue;
    for (const auto& ref : entry->refs()) {
      const EntryIndex target(ref.index());
      if (ref.log_id() == log.view() && is_version(ref.role()) && seen.insert(target).second)
        open.push_back(target);
    }
  }
  std::vector<EntryIndex> out;
  for (const EntryIndex version : seen) {
    if (version == of) continue;
    const auto record = store.record(log, version);
    if (record.ok() && record->state != BodyState::kErased) out.push_back(version);
  }
  return out;
}

}  // namespace koinon
