#include "node/reading/shown_record.h"

#include "crypto/merkle.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {

Result<StoredRecord> shown_record(StoreReader& store, const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(StoredRecord record, store.record(log, index));
  if (record.transit || record.hidden) record.body.clear();
  return record;
}

namespace {

Error another_stands() { return fail(Code::kNotFound, "another entry stands there by now", "ref"); }

}  // namespace

Result<StoredRecord> shown_record(StoreReader& store, const IndexedRecord& record) {
  KOINON_ASSIGN(StoredRecord stored, shown_record(store, record.log, record.index));
  if (leaf_hash(stored.entry) != record.leaf) return another_stands();
  return stored;
}

Result<v1::Entry> read_entry(StoreReader& store, const IndexedRecord& record) {
  KOINON_ASSIGN(const Bytes bytes, store.entry(record.log, record.index));
  if (leaf_hash(bytes) != record.leaf) return another_stands();
  auto entry = parse_entry(bytes);
  if (entry.ok()) return entry;
  return fail(Code::kNotFound, entry.error().message, "ref");  // it says nothing to us
}

Result<v1::Body> read_body(StoreReader& store, const IndexedRecord& record) {
  KOINON_ASSIGN(const StoredRecord stored, shown_record(store, record));
  return parse_body(stored.body);
}

bool has_text(StoreReader& store, const IndexedRecord& record) {
  if (!record.title.empty()) return true;
  const auto stored = shown_record(store, record);
  return stored.ok() && !stored->body.empty();
}

std::string_view body_state_text(BodyState state, bool hidden) {
  if (hidden && state == BodyState::kHeld) return "hidden";
  switch (state) {
    case BodyState::kHeld:
      return "held";
    case BodyState::kNotAsked:
      return "not-asked";
    case BodyState::kErased:
      return "erased";
    case BodyState::kNotHeld:
      return "not-held";
  }
  return "unknown";
}

std::string withdrawal_reason(StoreReader& store, const LogId& log, EntryIndex withdrawal) {
  const auto record = shown_record(store, log, withdrawal);
  const auto body = record.ok() ? parse_body(record->body) : Result<v1::Body>(record.error());
  if (!body.ok()) return {};
  return std::string(clipped_utf8(body->withdrawal().reason(), limits::kIndexedSummaryBytes));
}

}  // namespace koinon
