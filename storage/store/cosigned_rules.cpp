#include "storage/store/cosigned_rules.h"

#include "proto/base/limits.h"

namespace koinon {
namespace {

Error may_not_cosign(std::string why) { return fail(Code::kConflict, std::move(why), "cosigner"); }

}  // namespace

Status check_cosigned(const LogState& log, const CosignedHead& head, const RootAt& root_at) {
  if (log.frozen) return fail(Code::kConflict, "the log is frozen: it forked", "log");
  if (head.recoveries != log.keys.recoveries())
    return fail(Code::kConflict, "the head is not of the log's current origin", "checkpoint");
  if (!log.whole || log.whole->size < head.head.size)
    return fail(Code::kNotFound, "the log is not held up to this head", "checkpoint");
  KOINON_ASSIGN(const Hash root, root_at(head.head.size));
  if (root == head.head.root) return {};
  return fail(Code::kConflict, "another tree is held at the size of this head", "checkpoint");
}

Status check_cosigning(const LogState* log, const std::optional<LastCosigned>& before,
                       const LastCosigned& next, const RootAt& root_at) {
  if (!may_follow(before, next))
    return may_not_cosign("our cosigner has signed a larger or another checkpoint of this log");
  if (log == nullptr) return may_not_cosign("nothing of the log is held here");
  if (log->frozen) return may_not_cosign("the log is frozen: it forked");
  if (next.recoveries != log->keys.recoveries())
    return may_not_cosign("the checkpoint is not of the log's current origin");
  if (!log->whole || log->whole->size < next.size)
    return may_not_cosign("the log is not held up to this checkpoint");
  KOINON_ASSIGN(const Hash held, root_at(next.size));
  if (held != next.root) return may_not_cosign("another tree is held at the size of this checkpoint");
  if (!before || before->recoveries != next.recoveries || before->size >= next.size) return {};
  KOINON_ASSIGN(const Hash earlier, root_at(before->size));
  if (earlier == before->root) return {};
  return may_not_cosign("the checkpoint does not extend the one that our cosigner has signed");
}

std::vector<CosignedBrief> briefs_of(const std::vector<CosignedHead>& heads) {
  std::vector<CosignedBrief> out;
  for (const CosignedHead& head : heads) out.push_back(brief_of(head));
  return out;
}

// The Genesis and entries behind it may name the same key.
std::vector<CosignerKey> cosigner_keys_of(const std::vector<CosignerRun>& runs) {
  std::vector<CosignerKey> out;
  bool lost = false;
  bool loses = false;  // what the run says that was looked at last
  for (const CosignerRun& run : runs) {
    if (!out.empty() && out.back().key == run.key) {
      out.back().since = run.since;
      loses = run.loses_all;
      continue;
    }
    if (out.size() == limits::kCosignerKeys) break;
    lost = lost || loses;
    loses = run.loses_all;
    out.push_back({run.key, run.since, lost});
  }
  return out;
}

}  // namespace koinon
