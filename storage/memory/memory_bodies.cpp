// Bodies of the store in memory: those that come late, those held for peers, those that go.
#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/memory/memory_store.h"

namespace koinon {
namespace {

bool is_unheld(BodyState state) { return state == BodyState::kNotAsked || state == BodyState::kNotHeld; }

}  // namespace

// What the run's withdrawals erase is erased; who claimed that an entry of this run erased something, and it
// did not, was wrong.
void MemoryStore::settle_withdrawals(LogData& log, const RunCommit& run) {
  const std::uint64_t from = run.records.front().index.value;
  const auto erases = [&](EntryIndex by, EntryIndex target) {
    return std::any_of(run.withdrawals.begin(), run.withdrawals.end(), [&](const WithdrawalFact& fact) {
      return fact.erase && fact.index == by && fact.target == target;
    });
  };
  for (std::uint64_t i = 0; i < log.records.size(); ++i) {
    const Record& record = log.records[i];
    if (record.state != BodyState::kErased || record.erased_by.value < from ||
        record.erased_by.value >= log.records.size() || erases(record.erased_by, EntryIndex(i))) {
      continue;
    }
    set_record(log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotHeld, {}, false});
  }
  for (const WithdrawalFact& fact : run.withdrawals) {
    const Record& record = log.records[fact.target.value];
    const auto entry = parse_entry(*record.entry);
    if (!fact.erase || !entry.ok() || entry->body_size() == 0) continue;
    if (record.state == BodyState::kErased && record.erased_by < fact.index) continue;
    drop_uses(run.log, fact.target);
    for (auto it = transit_.begin(); it != transit_.end(); ++it) {
      if (it->second.log != run.log || it->second.index != fact.target) continue;
      drop_transit(it);
      break;
    }
    set_record(log, fact.target,
               {log.records[fact.target.value].entry, nullptr, BodyState::kErased, fact.index, false});
    add_arrival(run.log, fact.target, 1, ArrivalKind::kErased, run.arrived_at);
    for (auto content = own_contents_.begin(); !run.own_contents.empty() && content != own_contents_.end();
         ++content) {
      if (content->second != fact.target) continue;
      undo_with([this, old = *content] { own_contents_.insert(old); });
      own_contents_.erase(content);
      break;
    }
  }
}

void MemoryStore::drop_transit(std::map<std::uint64_t, TransitEntry>::iterator it) {
  const auto [number, entry] = *it;
  LogData& log = *logs_.at(entry.log);
  Record record = log.records[entry.index.value];
  const std::uint64_t size = record.body ? record.body->size() : 0;
  record.body = nullptr;
  record.transit = false;
  set_record(log, entry.index, std::move(record));
  transit_bytes_ -= size;
  transit_of_[entry.log] -= size;
  transit_.erase(it);
  undo_with([this, number, entry, size] {
    transit_.emplace(number, entry);
    transit_bytes_ += size;
    transit_of_[entry.log] += size;
  });
}

// As in the SQLite store: of what one log has beyond its share its own oldest go first.
void MemoryStore::trim_transit(const LogId& log, UnixMillis now) {
  const std::uint64_t share = share_of_log(options_.transit_bytes, limits::kBodyBytes);
  for (auto next = transit_.begin(); next != transit_.end() && transit_of_[log] > share;) {
    const auto oldest = next++;
    if (oldest->second.log != log) continue;
    const EntryIndex index = oldest->second.index;
    drop_transit(oldest);
    drop_uses(log, index);
  }
  const std::int64_t oldest = now.value - std::chrono::milliseconds(limits::kTransitAge).count();
  while (!transit_.empty() &&
         (transit_bytes_ > options_.transit_bytes || transit_.begin()->second.at.value < oldest)) {
    const TransitEntry entry = transit_.begin()->second;
    drop_transit(transit_.begin());
    drop_uses(entry.log, entry.index);
  }
}

Status MemoryStore::add_bodies(const BodiesCommit& bodies) {
  KOINON_TRY(need_space());
  KOINON_ASSIGN(LogData * log, find(bodies.log));
  for (const auto& item : bodies.bodies) {
    if (item.index.value >= log->records.size()) continue;
    const Record& record = log->records[item.index.value];
    if (record.body || !is_unheld(record.state)) continue;
    const bool transit = item.transit && record.state == BodyState::kNotAsked;
    set_record(*log, item.index,
               {record.entry,
                options_.pool->intern(item.body),
                transit ? record.state : BodyState::kHeld,
                {},
                transit});
    if (transit) {
      const std::uint64_t number = next_transit_++;
      transit_.emplace(number, TransitEntry{bodies.log, item.index, bodies.arrived_at});
      transit_bytes_ += item.body.size();
      transit_of_[bodies.log] += item.body.size();
      undo_with([this, number, id = bodies.log, size = item.body.size()] {
        transit_.erase(number);
        transit_bytes_ -= size;
        transit_of_[id] -= size;
      });
    } else {
      add_arrival(bodies.log, item.index, 1, ArrivalKind::kBody, bodies.arrived_at, bodies.source);
    }
  }
  add_uses(*log, bodies.attachments, false);
  trim_transit(bodies.log, bodies.arrived_at);
  return {};
}

Result<std::optional<EntryIndex>> MemoryStore::apply_filter(const LogId& id, const BodyFilter& filter,
                                                            UnixMillis now, EntryIndex from,
                                                            std::uint64_t most) {
  KOINON_ASSIGN(LogData * log, find(id));
  const std::uint64_t size = log->records.size();
  const std::uint64_t end = std::min(size, from.value + most);
  for (std::uint64_t i = from.value; i < end; ++i) {
    const Record& record = log->records[i];
    const bool held = record.state == BodyState::kHeld && record.body;
    if (!held && !is_unheld(record.state)) continue;
    const auto entry = parse_entry(*record.entry);
    if (!entry.ok()) continue;
    const bool wanted = filter.wants(*entry);
    if (held && !wanted) {
      set_record(*log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotAsked, {}, false});
      drop_uses(id, EntryIndex(i));
      add_arrival(id, EntryIndex(i), 1, ArrivalKind::kReleased, now);
    } else if (!held && wanted && record.state == BodyState::kNotAsked) {
      // What stood in transit becomes ours.
      const BlobPool::Blob body = record.body;
      for (auto it = transit_.begin(); body && it != transit_.end(); ++it) {
        if (it->second.log != id || it->second.index.value != i) continue;
        drop_transit(it);
        break;
      }
      set_record(*log, EntryIndex(i),
                 {log->records[i].entry, body, body ? BodyState::kHeld : BodyState::kNotHeld, {}, false});
      if (body) add_arrival(id, EntryIndex(i), 1, ArrivalKind::kBody, now);
    } else if (!held && !wanted && record.state == BodyState::kNotHeld) {
      set_record(*log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotAsked, {}, false});
    }
  }
  return end == size ? std::nullopt : std::optional(EntryIndex(end));
}

}  // namespace koinon
