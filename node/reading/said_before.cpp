#include "node/reading/said_before.h"

#include <array>

#include "node/reading/shown_record.h"

namespace koinon {
namespace {

constexpr std::size_t kVersionsBefore = 10;
constexpr std::size_t kSaidToOne = 100;  // to one version in one role; a page shows thirty of all
constexpr std::array kLasting = {v1::REF_ROLE_ADOPTS, v1::REF_ROLE_ABOUT, v1::REF_ROLE_DERIVES_FROM};

// Nothing: it revises none of its own log that stands.
Result<std::optional<IndexedRecord>> revised_by(StoreReader& store, IndexReader& index,
                                                const IndexedRecord& record) {
  const auto entry = read_entry(store, record);
  if (!entry.ok()) return std::optional<IndexedRecord>();
  for (const v1::Ref& ref : entry->refs()) {
    const bool is_earlier = ref.log_id() == record.log.view() && ref.index() < record.index.value;
    if (ref.role() != v1::REF_ROLE_REVISES || !is_earlier) continue;
    KOINON_ASSIGN(auto before, index.get(record.log, EntryIndex(ref.index())));
    if (before && before->leaf.view() == ref.leaf_hash()) return before;
  }
  return std::optional<IndexedRecord>();
}

Status put_said(Directory& directory, IndexReader& index, const IndexedRecord& version,
                std::vector<ReferringView>& out) {
  for (const v1::RefRole role : kLasting) {
    KOINON_ASSIGN(const auto said,
                  index.newest_referring({version.log, version.index, role, {}, kSaidToOne}));
    for (auto it = said.rbegin(); it != said.rend(); ++it) {
      ReferringView one;
      one.role = it->role;
      one.ref = directory.ref(it->log, it->index);
      one.status = it->status;
      one.kind = it->kind;
      out.push_back(std::move(one));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ReferringView>> read_said_before(Directory& directory, StoreReader& store,
                                                    IndexReader& index, const LogId& log, EntryIndex entry) {
  std::vector<IndexedRecord> versions;
  KOINON_ASSIGN(auto at, index.get(log, entry));
  while (at && versions.size() < kVersionsBefore) {
    KOINON_ASSIGN(at, revised_by(store, index, *at));
    if (at) versions.push_back(*at);
  }
  std::vector<ReferringView> out;
  for (auto it = versions.rbegin(); it != versions.rend(); ++it)
    KOINON_TRY(put_said(directory, index, *it, out));
  return out;
}

}  // namespace koinon
