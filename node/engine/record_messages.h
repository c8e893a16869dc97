// Records as they go over the wire.
#pragma once

#include "crypto/log_state.h"
#include "koinon/v1/wire.pb.h"
#include "proto/codec/filter.h"

namespace koinon::engine {

// A run for a peer that wants the bodies of `filter`.
// The second takes the records' bytes out of the run.
void fill_chunk(v1::Chunk& out, const ServedRun& run, const BodyFilter& filter);
void fill_chunk(v1::Chunk& out, ServedRun&& run, const BodyFilter& filter);
// A chunk's records as received: the state says what the mark said. Takes them out of the chunk.
std::vector<StoredRecord> take_records(v1::Chunk& chunk);

}  // namespace koinon::engine
