#include "node/publishing/meant_refs.h"

#include <algorithm>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

// The leaf that was meant of the place to which a ref points. Empty: the place was not referred to.
Bytes leaf_meant(const v1::Entry& meant, const v1::Ref& ref) {
  const auto same = std::find_if(meant.refs().begin(), meant.refs().end(), [&](const v1::Ref& one) {
    return one.log_id() == ref.log_id() && one.index() == ref.index();
  });
  return same == meant.refs().end() ? Bytes() : same->leaf_hash();
}

// Only this node has written it.
v1::Entry read_meant(const Bytes& meant) {
  v1::Entry out;
  if (!out.ParseFromString(meant)) out.Clear();
  return out;
}

}  // namespace

Bytes meant_by(const v1::Entry& entry) { return still_meant({}, entry); }

Bytes still_meant(const Bytes& before, const v1::Entry& entry) {
  const v1::Entry known = read_meant(before);
  v1::Entry out;
  for (const v1::Ref& ref : entry.refs()) {
    if (ref.leaf_hash().empty()) continue;
    v1::Ref& kept = *out.add_refs();
    kept = ref;
    if (const Bytes leaf = leaf_meant(known, ref); !leaf.empty()) kept.set_leaf_hash(leaf);
  }
  return serialize(out);
}

Status check_meant(const Bytes& meant, const v1::Entry& entry) {
  const v1::Entry known = read_meant(meant);
  for (const v1::Ref& ref : entry.refs()) {
    const Bytes leaf = leaf_meant(known, ref);
    if (!leaf.empty() && !ref.leaf_hash().empty() && leaf != ref.leaf_hash()) return refers_to_void();
  }
  return {};
}

Error refers_to_void() {
  return fail(
      Code::kNotFound,
      Sentence{"note.refers_to_void",
               "what the note refers to is void: its city took its log back, and that entry counts no more"},
      "refs");
}

}  // namespace koinon
