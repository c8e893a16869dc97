#include "storage/memory/memory_bodies.h"

#include <algorithm>

#include "storage/store/body_rules.h"
#include "storage/store/recovery_rules.h"
#include "storage/store/refusals.h"
#include "storage/store/run_rules.h"

namespace koinon {

void MemoryBodies::keep(MemoryLog& log, EntryIndex index) {
  const Record record{log.state.id, index};
  end_grace_of(record);
  const BlobPool::Blob body = log.records[index.value].body;
  kept_.insert_or_assign(record, Kept{body, lived_});
  undo_.remember([this, record] { kept_.erase(record); });
  files_.hide_uses(record.first, index);
}

// Null: none was kept.
BlobPool::Blob MemoryBodies::drop_kept(const Record& record) {
  const auto it = kept_.find(record);
  if (it == kept_.end()) return nullptr;
  const Kept kept = it->second;
  kept_.erase(it);
  undo_.remember([this, record, kept] { kept_.insert_or_assign(record, kept); });
  return kept.body;
}

void MemoryBodies::end_grace_of(const Record& record) {
  if (drop_kept(record)) files_.end_hidden(record.first, record.second);
}

std::vector<MemoryBodies::Record> MemoryBodies::over() const {
  std::vector<Record> out;
  for (const auto& [record, kept] : kept_) {
    if (options_.grace.count() == 0 || kept.at <= lived_ - options_.grace) out.push_back(record);
  }
  return out;
}

bool MemoryBodies::keeps_erased(BytesView body) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const auto& one) { return *one.second.body == body; });
}

void MemoryBodies::end_grace() {
  for (const Record& record : over()) end_grace_of(record);
}

// What erased this record is void.
void MemoryBodies::put_back(MemoryLog& log, EntryIndex index, const RecoveryCommit& recovery) {
  const BlobPool::Blob entry = log.records[index.value].entry;
  const Record record{recovery.log, index};
  const BodyState state = after_void_erasure(*entry, recovery.filter);
  const auto kept = kept_.find(record);
  if (state == BodyState::kNotHeld && kept != kept_.end() && is_body_of(*entry, *kept->second.body)) {
    const BlobPool::Blob body = drop_kept(record);
    logs_.set_record(log, index, {entry, body, BodyState::kHeld, {}, false, false});
    files_.show_uses(recovery.log, index);
    arrivals_.add(recovery.log, index, 1, ArrivalKind::kBody, recovery.now);
    return;
  }
  // Its files wait for the text, which others may have, as long as the grace time lasts.
  if (state != BodyState::kNotHeld) end_grace_of(record);
  logs_.set_record(log, index, {entry, nullptr, state, {}, false, false});
  arrivals_.add(recovery.log, index, 1, ArrivalKind::kReleased, recovery.now);
}

bool MemoryBodies::has_room(const LogId& log, std::uint64_t bytes, const std::optional<LogId>& own) const {
  std::uint64_t of_log = 0;
  std::uint64_t of_all = 0;
  for (const auto& [record, kept] : kept_) {
    if (record.first != own) of_all += kept.body->size();
    if (record.first == log) of_log += kept.body->size();
  }
  return has_grace_room(bytes, of_log, of_all, options_.grace_quota);
}

void MemoryBodies::settle_withdrawals(MemoryLog& log, const RunCommit& run, bool ours,
                                      const std::optional<LogId>& own) {
  for (std::uint64_t i = 0; i < log.records.size(); ++i) {
    const MemoryRecord& record = log.records[i];
    if (record.state != BodyState::kErased || !contradicts_mark(run, EntryIndex(i), record.erased_by))
      continue;
    logs_.set_record(log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotHeld, {}, false, false});
  }
  for (const WithdrawalFact& fact : run.withdrawals) {
    const MemoryRecord& record = log.records[fact.target.value];
    if (!takes_away(fact, *record.entry, record.state, record.erased_by)) continue;
    const bool is_kept = options_.grace.count() > 0 &&
                         is_kept_for_grace(record.state, record.body != nullptr, record.transit) &&
                         (ours || has_room(run.log, record.body->size(), own));
    if (is_kept) keep(log, fact.target);
    files_.drop_uses(run.log, fact.target);
    drop_transit_of(run.log, fact.target);
    logs_.set_record(
        log, fact.target,
        {log.records[fact.target.value].entry, nullptr, BodyState::kErased, fact.index, false, false});
    arrivals_.add(run.log, fact.target, 1, ArrivalKind::kErased, run.arrived_at);
    if (is_own(run)) logs_.forget_own_content(fact.target);
  }
}

Status MemoryBodies::set_hidden(const LogId& id, EntryIndex index, bool hidden, UnixMillis now) {
  KOINON_ASSIGN(MemoryLog * log, logs_.find(id));
  if (index.value >= log->records.size()) return no_such_entry();
  MemoryRecord record = log->records[index.value];
  if (record.hidden == hidden || (hidden && !can_be_hidden(record.state, record.body != nullptr))) return {};
  record.hidden = hidden;
  logs_.set_record(*log, index, std::move(record));
  arrivals_.add(id, index, 1, hidden ? ArrivalKind::kReleased : ArrivalKind::kBody, now);
  return {};
}

void MemoryBodies::put_transit(const LogId& log, EntryIndex index, UnixMillis at, std::uint64_t size) {
  const std::uint64_t number = next_transit_++;
  transit_.emplace(number, TransitEntry{log, index, at});
  transit_bytes_ += size;
  transit_of_[log] += size;
  undo_.remember([this, number, log, size] {
    transit_.erase(number);
    transit_bytes_ -= size;
    transit_of_[log] -= size;
  });
}

void MemoryBodies::drop_transit(Transit::iterator it) {
  const auto [number, entry] = *it;
  MemoryLog& log = *logs_.held(entry.log);
  MemoryRecord record = log.records[entry.index.value];
  const std::uint64_t size = record.body ? record.body->size() : 0;
  record.body = nullptr;
  record.transit = false;
  logs_.set_record(log, entry.index, std::move(record));
  transit_bytes_ -= size;
  transit_of_[entry.log] -= size;
  transit_.erase(it);
  undo_.remember([this, number, entry, size] {
    transit_.emplace(number, entry);
    transit_bytes_ += size;
    transit_of_[entry.log] += size;
  });
}

void MemoryBodies::drop_transit_of(const LogId& log, EntryIndex index) {
  const auto it = std::find_if(transit_.begin(), transit_.end(), [&](const auto& item) {
    return item.second.log == log && item.second.index == index;
  });
  if (it != transit_.end()) drop_transit(it);
}

// A body of `log` was added. The oldest of this log go first, then the oldest of all.
void MemoryBodies::trim_transit(const LogId& log, UnixMillis now) {
  for (auto next = transit_.begin();
       next != transit_.end() && is_over_share(transit_of_[log], options_.transit_quota);) {
    const auto oldest = next++;
    if (oldest->second.log != log) continue;
    const EntryIndex index = oldest->second.index;
    drop_transit(oldest);
    files_.drop_uses(log, index);
  }
  while (!transit_.empty() &&
         oldest_goes(transit_bytes_, options_.transit_quota, transit_.begin()->second.at, now)) {
    const TransitEntry entry = transit_.begin()->second;
    drop_transit(transit_.begin());
    files_.drop_uses(entry.log, entry.index);
  }
}

Status MemoryBodies::add(const BodiesCommit& bodies, bool ours) {
  KOINON_ASSIGN(MemoryLog * log, logs_.find(bodies.log));
  bool transit = false;
  for (const auto& item : bodies.bodies) {
    if (item.index.value >= log->records.size()) continue;
    const BodyPlace place = place_of_body(log->records[item.index.value].state, item.transit);
    if (place == BodyPlace::kNowhere) continue;
    if (place == BodyPlace::kTransit) {
      const MemoryRecord& record = log->records[item.index.value];
      if (record.transit) continue;
      logs_.set_record(*log, item.index,
                       {record.entry, pool_.intern(item.body), record.state, {}, true, record.hidden});
      put_transit(bodies.log, item.index, bodies.arrived_at, item.body.size());
      transit = true;
      continue;
    }
    drop_transit_of(bodies.log, item.index);
    const MemoryRecord& record = log->records[item.index.value];
    logs_.set_record(*log, item.index,
                     {record.entry, pool_.intern(item.body), BodyState::kHeld, {}, false, record.hidden});
    arrivals_.add(bodies.log, item.index, 1, ArrivalKind::kBody, bodies.arrived_at, bodies.source);
  }
  files_.add_uses(*log, bodies.attachments, ours);
  if (transit) trim_transit(bodies.log, bodies.arrived_at);
  return {};
}

void MemoryBodies::take_from_transit(MemoryLog& log, EntryIndex index) {
  const BlobPool::Blob body = log.records[index.value].body;
  drop_transit_of(log.state.id, index);
  const MemoryRecord& record = log.records[index.value];
  logs_.set_record(log, index, {record.entry, body, BodyState::kHeld, {}, false, record.hidden});
}

Result<std::optional<EntryIndex>> MemoryBodies::apply_filter(const LogId& id, const BodyFilter& filter,
                                                             UnixMillis now, EntryIndex from,
                                                             std::uint64_t most) {
  KOINON_ASSIGN(MemoryLog * log, logs_.find(id));
  const std::uint64_t size = log->records.size();
  const std::uint64_t end = std::min(size, from.value + most);
  for (std::uint64_t i = from.value; i < end; ++i) {
    const EntryIndex index(i);
    const MemoryRecord& record = log->records[i];
    switch (filter_step(filter, *record.entry, record.state, record.body != nullptr)) {
      case FilterStep::kStays:
        break;
      case FilterStep::kReleased:
        logs_.set_record(*log, index, {record.entry, nullptr, BodyState::kNotAsked, {}, false, false});
        files_.drop_uses(id, index);
        arrivals_.add(id, index, 1, ArrivalKind::kReleased, now);
        break;
      case FilterStep::kFromTransit:
        take_from_transit(*log, index);
        arrivals_.add(id, index, 1, ArrivalKind::kBody, now);
        break;
      case FilterStep::kWanted:
        logs_.set_record(*log, index, {record.entry, nullptr, BodyState::kNotHeld, {}, false, false});
        break;
      case FilterStep::kNotWanted:
        logs_.set_record(*log, index, {record.entry, nullptr, BodyState::kNotAsked, {}, false, false});
        break;
    }
  }
  return end == size ? std::nullopt : std::optional(EntryIndex(end));
}

void MemoryBodies::void_from(MemoryLog& log, EntryIndex from, bool own, UnixMillis now) {
  const LogId id = log.state.id;
  for (std::uint64_t i = from.value; i < log.records.size(); ++i) {
    files_.drop_uses(id, EntryIndex(i));
    drop_transit_of(id, EntryIndex(i));
    end_grace_of({id, EntryIndex(i)});
  }
  const std::uint64_t count = log.records.size() - from.value;
  logs_.cut(log, from, own);
  arrivals_.void_from(id, from, count, now);
}

void MemoryBodies::put_back_from(MemoryLog& log, EntryIndex from, const RecoveryCommit& recovery) {
  for (std::uint64_t i = 0; i < log.records.size(); ++i) {
    const MemoryRecord& record = log.records[i];
    if (record.state == BodyState::kErased && record.erased_by >= from)
      put_back(log, EntryIndex(i), recovery);
  }
}

void MemoryBodies::remove_all(const LogId& log) {
  for (auto next = transit_.begin(); next != transit_.end();) {
    const auto entry = next++;
    if (entry->second.log == log) drop_transit(entry);
  }
  for (std::uint64_t i = 0; i < logs_.held(log)->records.size(); ++i) {
    end_grace_of({log, EntryIndex(i)});
    files_.drop_uses(log, EntryIndex(i));
  }
}

}  // namespace koinon
