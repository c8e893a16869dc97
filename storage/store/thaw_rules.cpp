#include "storage/store/thaw_rules.h"

#include <algorithm>

#include "crypto/evidence_mark.h"
#include "storage/store/recovery_rules.h"

namespace koinon {

Status check_thaw(const std::vector<KeptEvidence>& kept, bool is_own) {
  if (is_own) {
    return fail(Code::kRefused,
                Sentence{"thaw.own",
                         "no operator's word thaws a city's own log: take it back with the recovery words"},
                "city");
  }
  if (!freezes(kept))
    return fail(Code::kConflict, Sentence{"thaw.not_frozen", "this log is not frozen here"}, "city");
  if (is_for_good(kept)) {
    return fail(
        Code::kRefused,
        Sentence{"thaw.for_good",
                 "the recovery key of this log has said two things: it is frozen for good, and only a new "
                 "log of that city helps"},
        "city");
  }
  return {};
}

bool is_kept(const std::vector<KeptEvidence>& kept, BytesView evidence) {
  const Hash digest = mark_of(evidence).digest;
  return std::any_of(kept.begin(), kept.end(),
                     [&](const KeptEvidence& one) { return mark_of(one.bytes).digest == digest; });
}

}  // namespace koinon
