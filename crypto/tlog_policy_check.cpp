// A signed note held against a policy.
#include <algorithm>
#include <set>

#include "crypto/tlog_policy.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// When the witness cosigned; nothing: it did not. Each line of a known key must verify.
Result<std::optional<std::uint64_t>> time_of(const SignedNote& note, const VKey& witness) {
  std::optional<std::uint64_t> earliest;
  for (const NoteSignature* line : note.by(witness)) {
    const auto seconds = verify_cosignature(SignedNote{note.text, {*line}}, witness);
    if (!seconds.ok()) {
      return fail(Code::kBadSignature,
                  "the cosignature of " + witness.name +
                      " does not verify: it was changed, or is of another checkpoint",
                  "cosignature");
    }
    earliest = std::min(earliest.value_or(*seconds), *seconds);
  }
  return earliest;
}

// The first names of a list, and how many more there are.
std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == limits::kPolicyNamed) return out + " and " + std::to_string(names.size() - i) + " more";
    out += (i == 0 ? "" : ", ") + names[i];
  }
  return out;
}

// Which of a policy's names have signed.
class Tally {
 public:
  void sign(const std::string& witness) { signed_.insert(witness); }

  bool has(const std::string& name) const { return signed_.contains(name); }

  void weigh(const TlogPolicy::Group& group) {
    const std::size_t count = signers(group);
    if (count >= group.threshold) signed_.insert(group.name);
  }

  std::size_t signers(const TlogPolicy::Group& group) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(group.members, [this](const std::string& name) { return has(name); }));
  }

  // "cosigners needs 4 of its 6 members, and 3 have signed; missing: a, b, c"
  std::string lacks(const TlogPolicy::Group& group) const {
    std::vector<std::string> missing;
    for (const std::string& name : group.members) {
      if (!has(name)) missing.push_back(name);
    }
    const std::size_t count = signers(group);
    return group.name + " needs " + std::to_string(group.threshold) + " of its " +
           std::to_string(group.members.size()) + (group.members.size() == 1 ? " member" : " members") +
           ", and " + (count == 0 ? std::string("none") : std::to_string(count)) +
           (count > 1 ? " have" : " has") + " signed; missing: " + listed(missing);
  }

 private:
  std::set<std::string> signed_;
};

std::string shortfall_of(const TlogPolicy& policy, const Tally& tally, std::size_t unreadable) {
  if (policy.quorum == "none" || tally.has(policy.quorum)) return {};
  std::string out = "the policy's quorum is not met: ";
  const auto group = std::ranges::find(policy.groups, policy.quorum, &TlogPolicy::Group::name);
  out += group == policy.groups.end() ? "it needs the cosignature of " + policy.quorum : tally.lacks(*group);
  // Of the groups that are missing, what they need in turn.
  if (group != policy.groups.end()) {
    const std::set<std::string_view> members(group->members.begin(), group->members.end());
    std::size_t told = 0;
    for (const TlogPolicy::Group& part : policy.groups) {
      if (told == limits::kPolicyNamed) break;
      if (tally.has(part.name) || !members.contains(part.name)) continue;
      out += "; " + tally.lacks(part);
      ++told;
    }
  }
  if (unreadable != 0)
    out += "; this program cannot check the keys of " + std::to_string(unreadable) +
           " of the policy's witnesses: they are of other types than Ed25519";
  return out;
}

}  // namespace

Result<VKey> find_policy_log(const SignedNote& note, const TlogPolicy& policy) {
  if (policy.logs.empty())
    return fail(Code::kBadSignature, "the policy lists no log: say which log it is by its verifier key",
                "log");
  KOINON_ASSIGN(const Checkpoint checkpoint, parse_checkpoint_text(note.text));
  std::optional<VKey> out;
  bool is_listed = false;
  for (const TlogPolicy::Log& log : policy.logs) {
    if (log.key.name != checkpoint.origin) continue;
    is_listed = true;
    const auto vkey = log.key.vkey();
    if (!vkey || note.by(*vkey).empty()) continue;
    KOINON_TRY(verify_note(note, *vkey));
    if (!out) out = vkey;
  }
  if (out) return *out;
  return fail(Code::kBadSignature,
              is_listed ? "none of the keys that the policy lists for the log " + checkpoint.origin +
                              " has signed the checkpoint in a way that this program can check"
                        : "the policy does not list the log " + checkpoint.origin,
              "log");
}

Result<PolicyOutcome> weigh_cosignatures(const SignedNote& note, const TlogPolicy& policy) {
  PolicyOutcome out;
  KOINON_ASSIGN(out.checkpoint, parse_checkpoint_text(note.text));
  Tally tally;
  std::size_t unreadable = 0;
  for (const TlogPolicy::Witness& witness : policy.witnesses) {
    const auto vkey = witness.key.vkey();
    std::optional<std::uint64_t> seconds;
    if (vkey) {
      KOINON_ASSIGN(seconds, time_of(note, *vkey));
    } else {
      ++unreadable;
    }
    if (!seconds) {
      out.missing.push_back(witness.name);
      continue;
    }
    tally.sign(witness.name);
    out.cosigned.push_back({witness.name, *vkey, *seconds});
  }
  for (const TlogPolicy::Group& group : policy.groups) tally.weigh(group);
  out.shortfall = shortfall_of(policy, tally, unreadable);
  return out;
}

Result<PolicyOutcome> check_quorum(const SignedNote& note, const TlogPolicy& policy) {
  KOINON_ASSIGN(PolicyOutcome out, weigh_cosignatures(note, policy));
  if (!out.shortfall.empty()) return fail(Code::kRefused, out.shortfall);
  return out;
}

}  // namespace koinon
