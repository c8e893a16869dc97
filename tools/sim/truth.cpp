#include "tools/sim/truth.h"

#include <algorithm>

#include "proto/codec/entry.h"

namespace koinon::sim {

void Truth::add_log(const LogIdentity& identity, std::size_t author, bool honest) {
  AuthoredLog log;
  log.identity = identity;
  log.author = author;
  log.honest = honest;
  log.histories.emplace_back();
  logs_.emplace(identity.log_id(), std::move(log));
}

void Truth::said(const LogId& id, const std::vector<StoredRecord>& records, std::size_t history) {
  auto& said = logs_.at(id).histories[history].records;
  for (const StoredRecord& record : records) {
    const auto entry = parse_entry(record.entry);
    if (entry.ok()) {
      const auto withdrawal = withdrawal_of(record.index, *entry);
      // Where two take it away, it is gone by the first.
      if (withdrawal && withdrawal->erase && !said[withdrawal->target.value].erased_by)
        said[withdrawal->target.value].erased_by = record.index;
    }
    for (const AttachmentFact& fact : attachments_of(record.index, record.body)) {
      const auto file = files_.find(fact.id);
      if (file != files_.end() && file->second.log == id) file->second.index = record.index;
    }
    said.push_back({leaf_hash(record.entry), record.entry, record.body, std::nullopt});
  }
}

void Truth::forget_after(const LogId& id, TreeSize size) {
  AuthoredLog& log = logs_.at(id);
  auto& records = log.histories[log.current].records;
  records.resize(size.value);
  for (Said& said : records) {
    if (said.erased_by && said.erased_by->value >= size.value) said.erased_by.reset();
  }
  for (auto& [file_id, file] : files_) {
    if (file.log == id && file.index && file.index->value >= size.value) file.index.reset();
  }
}

void Truth::part_ways(const LogId& id, TreeSize size) {
  const std::size_t other = fork(id, EntryIndex(size.value));
  AuthoredLog& log = logs_.at(id);
  log.current = other;
  log.honest = false;
  forget_after(id, size);
}

void Truth::take_back(const LogId& id, TreeSize size) {
  const std::size_t other = fork(id, EntryIndex(size.value));
  AuthoredLog& log = logs_.at(id);
  log.current = other;
  ++log.recoveries;
  log.forgeries.clear();
  forget_after(id, size);
}

std::size_t Truth::forged(const LogId& id, std::uint64_t recoveries, std::optional<std::size_t> branch,
                          const std::vector<StoredRecord>& records) {
  AuthoredLog& log = logs_.at(id);
  const EntryIndex first = records.front().index;
  const std::size_t history = branch ? *branch : fork(id, first);
  said(id, records, history);
  log.stolen_origins.insert(recoveries);
  if (!branch && recoveries == log.recoveries) log.forgeries.push_back({history, first.value});
  return history;
}

void Truth::adopted(const LogId& id, const std::vector<StoredRecord>& records) {
  const TreeSize from(records.front().index.value);
  if (from.value < logs_.at(id).records().size()) {
    const std::size_t other = fork(id, EntryIndex(from.value));
    logs_.at(id).current = other;
    forget_after(id, from);
  }
  said(id, records, logs_.at(id).current);
}

void Truth::add_file(CutAttachment cut, const LogId& log) {
  const AttachmentId id = cut.id;
  files_.emplace(id, File{std::move(cut), log, std::nullopt});
}

std::size_t Truth::fork(const LogId& id, EntryIndex shared) {
  AuthoredLog& log = logs_.at(id);
  History other = log.histories[log.current];
  other.records.resize(shared.value);
  log.histories.push_back(std::move(other));
  parted_.insert(id);
  return log.histories.size() - 1;
}

std::optional<std::string> Truth::differs(const LogId& id, const std::vector<StoredRecord>& records) const {
  const auto it = logs_.find(id);
  if (it == logs_.end()) return "a log that nobody signed";
  for (const StoredRecord& record : records) {
    const bool said =
        std::any_of(it->second.histories.begin(), it->second.histories.end(), [&](const History& h) {
          return record.index.value < h.records.size() && h.records[record.index.value].entry == record.entry;
        });
    if (!said) {
      return "entry " + std::to_string(record.index.value) + " of " + it->second.identity.name +
             " is not what its author signed";
    }
    if (record.body.empty()) continue;
    if (auto wrong = body_differs(id, record.index, record.body)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> Truth::body_differs(const LogId& id, EntryIndex index, BytesView body) const {
  const auto it = logs_.find(id);
  if (it == logs_.end()) return "a log that nobody signed";
  const bool said =
      std::any_of(it->second.histories.begin(), it->second.histories.end(), [&](const History& h) {
        return index.value < h.records.size() && h.records[index.value].body == body;
      });
  if (said) return std::nullopt;
  return "the body of entry " + std::to_string(index.value) + " of " + it->second.identity.name +
         " is not what its author wrote";
}

}  // namespace koinon::sim
