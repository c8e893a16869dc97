#include "node/engine/record_messages.h"

#include <utility>

#include "crypto/proof.h"
#include "proto/codec/entry.h"

namespace koinon::engine {
namespace {

v1::BodyMark mark_of(BodyState state) {
  return state == BodyState::kHeld ? v1::BODY_MARK_UNSPECIFIED : v1::BODY_MARK_NOT_HELD;
}

BodyState state_of(v1::BodyMark mark) {
  switch (mark) {
    case v1::BODY_MARK_NOT_ASKED:
      return BodyState::kNotAsked;
    case v1::BODY_MARK_ERASED:
      return BodyState::kErased;
    case v1::BODY_MARK_NOT_HELD:
      return BodyState::kNotHeld;
    default:
      return BodyState::kHeld;
  }
}

// What cannot be read is sent as it is held.
bool wants_body(const StoredRecord& record, const BodyFilter& filter) {
  const auto entry = parse_entry(record.entry);
  return !entry.ok() || filter.wants(*entry);
}

void fill_record(v1::Record& out, StoredRecord&& record, const BodyFilter& filter) {
  const bool wanted = filter.all || wants_body(record, filter);
  out.set_entry(std::move(record.entry));
  if (record.body.empty() && record.state == BodyState::kErased) {
    out.set_mark(v1::BODY_MARK_ERASED);
    out.set_erased_by(record.erased_by.value);
    return;
  }
  if (!wanted) {
    out.set_mark(v1::BODY_MARK_NOT_ASKED);
  } else if (record.body.empty()) {
    out.set_mark(mark_of(record.state));
  } else {
    out.set_body(std::move(record.body));
  }
}

}  // namespace

void fill_chunk(v1::Chunk& out, const ServedRun& run, const BodyFilter& filter) {
  fill_chunk(out, ServedRun(run), filter);
}

void fill_chunk(v1::Chunk& out, ServedRun&& run, const BodyFilter& filter) {
  out.set_from(run.records.front().index.value);
  out.mutable_records()->Reserve(static_cast<int>(run.records.size()));
  for (StoredRecord& record : run.records) fill_record(*out.add_records(), std::move(record), filter);
  out.set_left(pack_hashes(run.proof.left));
  out.set_right(pack_hashes(run.proof.right));
}

std::vector<StoredRecord> take_records(v1::Chunk& chunk) {
  std::vector<StoredRecord> out;
  out.reserve(static_cast<std::size_t>(chunk.records_size()));
  for (auto& record : *chunk.mutable_records()) {
    out.push_back({EntryIndex(chunk.from() + out.size()), std::move(*record.mutable_entry()),
                   std::move(*record.mutable_body()), state_of(record.mark()),
                   EntryIndex(record.erased_by())});
  }
  return out;
}

}  // namespace koinon::engine
