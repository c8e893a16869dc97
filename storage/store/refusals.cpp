#include "storage/store/refusals.h"

namespace koinon {

Error unknown_log() { return fail(Code::kNotFound, "no such log is held here", "log"); }

Error no_such_entry() { return fail(Code::kNotFound, "no such entry is held here", "ref"); }

Error no_such_peer() { return fail(Code::kNotFound, "no peer has that node key", "peer"); }

Error no_such_invite() { return fail(Code::kNotFound, "the invite was used, or never given", "invite"); }

Error no_note_names_file() {
  return fail(Code::kNotFound, "no note that is held here names this file", "attachment");
}

Error no_such_chunk() { return fail(Code::kNotFound, "this chunk is not held here", "attachment"); }

Error outside_transaction() {
  return fail(Code::kInternal, "a change of the store stands outside begin and commit", "store");
}

}  // namespace koinon
