#include "tools/inviters.h"

#include <algorithm>
#include <iostream>

#include "node/transport/at_inviter.h"
#include "proto/codec/name.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace {

// Who proves that nothing thaws the log proves it of what the others show, too.
void share_proof(std::vector<Inviter>& inviters) {
  const auto proof =
      std::find_if(inviters.begin(), inviters.end(), [](const Inviter& one) { return for_good(one.shown); });
  if (proof == inviters.end()) return;
  const ShownLog shown = proof->shown;
  for (Inviter& one : inviters) {
    if (one.shown.keys.identity() != shown.keys.identity()) continue;
    one.shown.frozen = true;
    one.shown.evidence = shown.evidence;
  }
}

// How many entries are the same in both, if these are two ends of one history: what a recovery leaves out
// stays with who has not heard of it.
TreeSize common_size(const ShownLog& one, const ShownLog& other, TreeSize at) {
  const TreeSize both = std::min({one.size, other.size, at});
  const std::uint64_t heard = std::min(one.keys.recoveries(), other.keys.recoveries());
  const ShownLog& longer = one.keys.recoveries() > heard ? one : other;
  std::uint64_t recoveries = 0;
  for (const KeyHistory::Change& change : longer.keys.changes()) {
    if (change.is_recovery && ++recoveries > heard) return std::min(both, change.statement.size);
  }
  return both;
}

// The size of the first statement that is another one in the other: who keeps no more voids both.
TreeSize where_keys_part(const ShownLog& one, const ShownLog& other) {
  const auto &here = one.keys.changes(), &there = other.keys.changes();
  std::size_t i = 0;
  while (i < here.size() && i < there.size() && here[i].note == there[i].note) ++i;
  if (i == here.size() || i == there.size()) return std::min(one.size, other.size);
  return std::min(here[i].statement.size, there[i].statement.size);
}

Result<Hash> root_of(const Inviter& inviter, const SigningKey& recovery, TreeSize at) {
  if (inviter.shown.at == at) return inviter.shown.root_at;
  KOINON_ASSIGN(const ShownLog shown,
                ask_inviter(inviter.invite, recovery, {inviter.shown.keys.identity().log_id(), at}));
  return shown.root_at;
}

}  // namespace

std::string name_of(const InviteLine& invite) {
  if (!invite.inviter.vkey) return "an observer";
  const auto origin = parse_origin(invite.inviter.vkey->name);
  return origin.ok() ? origin->name : invite.inviter.vkey->name;
}

void warn(const Error& error) { std::cerr << "koinon: " << harmless(error.text()) << "\n"; }

Result<ShownLog> ask_inviter(const InviteLine& invite, const SigningKey& recovery,
                             const RecoveryQuestion& question) {
  const WaitingLine waiting("asking " + harmless(name_of(invite)));
  KOINON_ASSIGN(const v1::RecoveryAnswer answer, ask_and_wait(invite, recovery, question));
  auto shown = read_recovery_answer(answer, recovery.public_key(), question);
  if (shown.ok()) return shown;
  // These words count no more, or of several logs one must be named.
  if (shown.error().code == Code::kConflict)
    return fail(Code::kConflict, shown.error().message, name_of(invite));
  return fail(shown.error().code,
              "what " + name_of(invite) + " shows of the log is not as it should be: " + shown.error().text(),
              "invite");
}

Status check_for_good(const ShownLog& shown) {
  if (!for_good(shown)) return {};
  return fail(Code::kConflict,
              "two recoveries of the log of " + shown.keys.identity().name +
                  " contradict each other; nothing thaws this log: begin a new one, see RUNBOOK, \"The "
                  "paper is lost\"",
              "invite");
}

Result<std::vector<Inviter>> ask_inviters(const std::vector<InviteLine>& invites, const SigningKey& recovery,
                                          const std::optional<LogId>& log, bool only_looks) {
  std::vector<Inviter> out;
  std::vector<Error> failed;
  for (const InviteLine& invite : invites) {
    auto shown = ask_inviter(invite, recovery, {log, TreeSize(0)});
    if (shown.ok()) {
      out.push_back({invite, std::move(*shown)});
    } else if (shown.error().code == Code::kConflict) {
      return shown.error();
    } else {
      failed.push_back(fail(shown.error().code, shown.error().message, name_of(invite)));
    }
  }
  if (invites.size() == 1 && out.empty()) return failed.front();
  if (out.empty() || (!only_looks && !failed.empty())) {
    for (std::size_t i = 1; i < failed.size(); ++i) warn(failed[i]);
    return fail(failed.front().code, failed.front().field + " did not show the log (" +
                                         failed.front().message +
                                         "). Nothing was stated. Try again, or leave its invite out if you "
                                         "know why");
  }
  share_proof(out);
  for (const Error& error : failed) warn(error);
  return out;
}

Result<Beside> compared(const Inviter& chosen, const Inviter& other, const SigningKey& recovery,
                        TreeSize at) {
  Beside out;
  out.same = common_size(chosen.shown, other.shown, at);
  const KeyOrder order = compare(chosen.shown.keys, other.shown.keys);
  if (order == KeyOrder::kContradictForGood) return out;
  if (order == KeyOrder::kContradict && at > where_keys_part(chosen.shown, other.shown)) return out;
  KOINON_ASSIGN(const Hash here, root_of(chosen, recovery, out.same));
  KOINON_ASSIGN(const Hash there, root_of(other, recovery, out.same));
  if (here != there) return out;
  if (other.shown.keys.recoveries() < chosen.shown.keys.recoveries()) {
    out.how = Beside::How::kEarlier;
  } else {
    out.how = other.shown.size < std::min(chosen.shown.size, at) ? Beside::How::kBehind : Beside::How::kSame;
  }
  return out;
}

Result<ShownLog> shown_at(const std::vector<Inviter>& inviters, std::size_t best, const SigningKey& recovery,
                          TreeSize at) {
  const Inviter& chosen = inviters[best];
  ShownLog out = chosen.shown;
  const RecoveryQuestion question{out.keys.identity().log_id(), at};
  if (out.at != at) {
    KOINON_ASSIGN(out, ask_inviter(chosen.invite, recovery, question));
  }
  if (out.keys.notes() != chosen.shown.keys.notes())
    return fail(Code::kConflict, "the log's keys were changed just now; run this again and look", "invite");
  KOINON_TRY(check_for_good(out));
  for (const Inviter& other : inviters) {
    if (&other == &chosen) continue;
    KOINON_ASSIGN(const Beside beside, compared(chosen, other, recovery, at));
    if (beside.how == Beside::How::kOther)
      return fail(Code::kConflict,
                  name_of(chosen.invite) + " and " + name_of(other.invite) + " show two different logs of " +
                      counted(beside.same) +
                      "; choose a smaller size, or leave out the invite of the wrong one",
                  "invite");
  }
  return out;
}

}  // namespace koinon
