#include "storage/search/reference_rows.h"

#include <set>

#include "proto/codec/entry.h"

namespace koinon {

Status ReferenceRows::begin(StoreReader& store) {
  KOINON_ASSIGN(own_, store.own_log());
  return {};
}

Status ReferenceRows::insert(std::int64_t id, const LogId& log, EntryIndex index, ArrivalSeq arrival,
                             const v1::Entry& entry) {
  KOINON_TRY(insert_links(id, log, index, entry));
  return insert_addressees(id, log, arrival, entry);
}

// Notes that are addressed to another city, or that refer to another city's notes; questions of others to all
// cities under no log.
Status ReferenceRows::insert_addressees(std::int64_t id, const LogId& log, ArrivalSeq arrival,
                                        const v1::Entry& entry) {
  if (!is_note(entry.kind())) return {};
  std::set<std::string_view> cities(entry.to().begin(), entry.to().end());
  for (const auto& ref : entry.refs()) {
    const bool of_others = ref.role() != v1::REF_ROLE_REVISES && ref.role() != v1::REF_ROLE_WITHDRAWS;
    if (of_others && ref.role() > 0 && ref.role() <= v1::REF_ROLE_ACCEPTS) cities.insert(ref.log_id());
  }
  cities.erase(log.view());
  if (asks_all_cities(entry) && log != own_) cities.insert(std::string_view());
  for (const std::string_view city : cities) {
    auto put = db_.prepare("INSERT OR IGNORE INTO addressee (log_id, arrival, doc) VALUES (?, ?, ?)");
    KOINON_TRY(put.bind_blob(city).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
  }
  return {};
}

Status ReferenceRows::insert_links(std::int64_t id, const LogId& log, EntryIndex from,
                                   const v1::Entry& entry) {
  const auto add = [&](BytesView target, std::uint64_t index, BytesView leaf, v1::RefRole role,
                       bool erases = false) {
    auto put = db_.prepare(
        "INSERT OR IGNORE INTO link (log_id, entry_index, leaf, role, doc, own, by_log, kind, erases) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    return put.bind_blob(target)
        .bind(static_cast<std::int64_t>(index))
        .bind_blob(leaf)
        .bind(static_cast<std::int64_t>(role))
        .bind(id)
        .bind(target == log.view() && index < from.value ? 1 : 0)
        .bind_blob(log.view())
        .bind(static_cast<std::int64_t>(entry.kind()))
        .bind(erases ? 1 : 0)
        .run();
  };
  for (const auto& ref : entry.refs()) {
    // The entry's control part says what is withdrawn. A ref of the same role may say something else, so it
    // does not count.
    if (ref.role() != v1::REF_ROLE_WITHDRAWS)
      KOINON_TRY(add(ref.log_id(), ref.index(), ref.leaf_hash(), ref.role()));
  }
  if (entry.kind() != v1::KIND_WITHDRAWAL || !entry.control().has_withdrawal()) return {};
  const auto& withdrawal = entry.control().withdrawal();
  // It means the entry of its own history, which was indexed before it. Where that became void, so did it.
  auto target = db_.prepare("SELECT leaf FROM doc WHERE log_id = ? AND entry_index = ?");
  target.bind_blob(log.view()).bind(static_cast<std::int64_t>(withdrawal.index()));
  KOINON_ASSIGN(const bool found, target.step());
  const Bytes leaf = found ? Bytes(target.blob(0)) : Bytes();
  return add(log.view(), withdrawal.index(), leaf, v1::REF_ROLE_WITHDRAWS, withdrawal.erase());
}

}  // namespace koinon
