// Which entries the refs of a note meant when it was written. A note may wait, as a draft or to be signed. If
// what it refers to becomes void meanwhile, another entry may stand there: the note was not written about
// that one, and is not signed.
//
// Pure; any thread.
#pragma once

#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// The refs of an entry, as the desk keeps them (StoredDraft::meant). Those without a leaf are left out.
Bytes meant_by(const v1::Entry& entry);
// The same of a note that was written before: where both refer to one place, what was meant first stays.
Bytes still_meant(const Bytes& before, const v1::Entry& entry);
// Fails with refers_to_void if a ref of the entry means another entry of that place by now.
Status check_meant(const Bytes& meant, const v1::Entry& entry);
Error refers_to_void();

}  // namespace koinon
