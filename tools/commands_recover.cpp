// koinon recover: takes a city's log back with its 24 recovery words and an invite of a city that knows it.
#include <algorithm>
#include <csignal>
#include <iostream>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/invite.h"
#include "crypto/recovery_answer.h"
#include "node/text/time_text.h"
#include "node/transport/at_inviter.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "tools/keeping.h"
#include "tools/recovered_node.h"
#include "tools/recovery_words.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

struct Inviter {
  InviteLine invite;
  ShownLog shown;
};

// --- what the inviters show ---

void tell(const Error& error) { std::cerr << "koinon: " << harmless(error.text()) << "\n"; }

Result<ShownLog> ask(const InviteLine& invite, const SigningKey& recovery, const RecoveryQuestion& question) {
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

Status check_for_good(const ShownLog& shown) {
  if (!for_good(shown)) return {};
  return fail(Code::kConflict,
              "two recoveries of the log of " + shown.keys.identity().name +
                  " contradict each other; nothing thaws this log: begin a new one, see RUNBOOK, \"The "
                  "paper is lost\"",
              "invite");
}

// Those that show it. The others are only told, as long as there is one and nothing is stated (`only_looks`):
// one that is silent may be the one that knows of another statement. kConflict: one of them proves that the
// words count no more, and who does not know that yet says nothing against it; or knows several logs.
Result<std::vector<Inviter>> ask_all(const std::vector<InviteLine>& invites, const SigningKey& recovery,
                                     const std::optional<LogId>& log, bool only_looks) {
  std::vector<Inviter> out;
  std::vector<Error> failed;
  for (const InviteLine& invite : invites) {
    auto shown = ask(invite, recovery, {log, TreeSize(0)});
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
    for (std::size_t i = 1; i < failed.size(); ++i) tell(failed[i]);
    return fail(failed.front().code, failed.front().field + " did not show the log (" +
                                         failed.front().message +
                                         "). Nothing was stated. Try again, or leave its invite out if you "
                                         "know why");
  }
  share_proof(out);
  for (const Error& error : failed) tell(error);
  return out;
}

// --- one against another ---

struct Beside {
  enum class How : unsigned char {
    kSame,     // so many first entries are the same
    kBehind,   // they are the same, and it has no more
    kEarlier,  // so is that, and it has not heard of the last recovery
    kOther,    // another log
  };
  How how = How::kOther;
  TreeSize same;
};

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
                ask(inviter.invite, recovery, {inviter.shown.keys.identity().log_id(), at}));
  return shown.root_at;
}

// `at`: compared up to there.
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

// What the best of them shows at that size; the others must not show another log there.
Result<ShownLog> shown_at(const std::vector<Inviter>& inviters, std::size_t best, const SigningKey& recovery,
                          TreeSize at) {
  const Inviter& chosen = inviters[best];
  ShownLog out = chosen.shown;
  const RecoveryQuestion question{out.keys.identity().log_id(), at};
  if (out.at != at) {
    KOINON_ASSIGN(out, ask(chosen.invite, recovery, question));
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

// A number of entries that somebody chose; empty: all.
Result<TreeSize> size_of(const std::string& wanted, TreeSize least, TreeSize most, const std::string& field) {
  if (wanted.empty()) return most;
  const auto size = parse_decimal(wanted);
  if (size.ok() && TreeSize(*size) >= least && TreeSize(*size) <= most) return TreeSize(*size);
  return fail(Code::kInvalidArgument,
              "choose a number from " + std::to_string(least.value) + " to " + std::to_string(most.value),
              field);
}

Result<std::optional<LogId>> wanted_log(const RecoverArguments& arguments) {
  if (arguments.log.empty()) return std::optional<LogId>();
  const auto log = parse_log_id(without_blanks(arguments.log));
  if (log.ok()) return std::optional(*log);
  return fail(Code::kInvalidArgument, "copy the whole id from the paper: 52 letters and digits", "log");
}

// --- what is printed of it ---

using ChangeKind = KeyHistory::Change::Kind;

std::string_view word_for(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kRotation:
      return "rotation";
    case ChangeKind::kNewWords:
      return "new_words";
    case ChangeKind::kRecovery:
      break;
  }
  return "recovery";
}

std::string_view phrase_for(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kRotation:
      return "a rotation";
    case ChangeKind::kNewWords:
      return "new recovery words";
    case ChangeKind::kRecovery:
      break;
  }
  return "a recovery";
}

json::object entry_json(const ShownLog::Entry& one) {
  json::object out{{"index", one.index.value}, {"time", ""}, {"kind", "unreadable"}, {"title", one.title}};
  const auto entry = parse_entry(one.entry);
  if (!entry.ok()) return out;
  out["time"] = time_text(UnixMillis{entry->created_at_ms()});
  out["kind"] = std::string(kind_name(entry->kind()));
  return out;
}

std::string entry_text(const ShownLog::Entry& one) {
  const json::object line = entry_json(one);
  return std::to_string(one.index.value) + "  " + member(line, "time") + "  " + member(line, "kind") + "  " +
         harmless(one.title);
}

json::object shown_json(const Inviter& inviter) {
  const ShownLog& shown = inviter.shown;
  json::array statements, latest;
  for (const KeyHistory::Change& change : shown.keys.changes())
    statements.push_back(json::object{{"number", change.statement.sequence},
                                      {"kind", std::string(word_for(change.kind()))},
                                      {"size", change.statement.size.value}});
  for (const ShownLog::Entry& one : shown.latest) latest.push_back(entry_json(one));
  return {{"name", shown.keys.identity().name},
          {"log_id", to_text(shown.keys.identity().log_id())},
          {"shown_by", name_of(inviter.invite)},
          {"size", shown.size.value},
          {"until", shown.at.value},
          {"least_size", least_kept(shown.keys).value},
          {"vkey", shown.keys.vkey().text()},
          {"frozen", shown.frozen},
          {"for_good", for_good(shown)},
          {"statements", std::move(statements)},
          {"latest", std::move(latest)}};
}

// In case it was taken back before, or has new words: by whom, the operator must know.
std::string warning_of(const ShownLog& shown) {
  const KeyHistory::Change* last = shown.keys.last_recovery();
  if (last == nullptr) return {};
  const std::string statement = std::to_string(last->statement.sequence);
  const std::string size = counted(last->statement.size);
  if (last->kind() == ChangeKind::kNewWords)
    return "Its recovery words were changed by statement " + statement + ", which keeps " + size +
           "; these are the new ones. It cannot keep fewer.\n";
  return "Warning: it was taken back already by statement " + statement + ", which keeps " + size +
         "; keeping fewer than the " + std::to_string(shown.size.value) + " shown voids the rest.\n";
}

// Empty: it is not frozen there.
std::string frozen_text(const ShownLog& shown) {
  if (!shown.frozen) return {};
  if (!shown.evidence) return "It is frozen there: somebody signed two histories of it.\n";
  switch (kind_of(*shown.evidence)) {
    case ForkKind::kTwoHeads:
      return "It is frozen there: its signing key signed two histories of it. A recovery thaws it.\n";
    case ForkKind::kTwoKeys:
      return "It is frozen there: its signing key was replaced twice, in different ways. A recovery thaws "
             "it.\n";
    case ForkKind::kTwoRecoveries:
      return "It is frozen for good: its recovery words were used twice, in different ways, and nobody can "
             "say by whom. Nothing thaws it: begin a new log, see RUNBOOK, \"The paper is lost\".\n";
  }
  return {};
}

std::string shown_text(const Inviter& inviter) {
  const ShownLog& shown = inviter.shown;
  std::string out = "The log of " + harmless(shown.keys.identity().name) + " (" +
                    to_text(shown.keys.identity().log_id()) + "), as " + harmless(name_of(inviter.invite)) +
                    " shows it:\n  entries     " + std::to_string(shown.size.value) + "\n  signed by   " +
                    harmless(shown.keys.vkey().text()) + "\n  statements  ";
  if (shown.keys.changes().empty()) out += "none";
  for (const KeyHistory::Change& change : shown.keys.changes()) {
    if (change.statement.sequence > 1) out += "; ";
    out += std::to_string(change.statement.sequence) + ": " + std::string(phrase_for(change.kind())) +
           " at " + counted(change.statement.size);
  }
  out += "\n";
  out += frozen_text(shown);
  out += warning_of(shown);
  out += shown.at == shown.size ? std::string("The latest entries:\n")
                                : "The last of the first " + counted(shown.at) + ":\n";
  for (const ShownLog::Entry& one : shown.latest) out += "  " + entry_text(one) + "\n";
  return out;
}

// What a look that shows one history says of the others.
std::string beside_text(const Inviter& other, const Beside& beside) {
  const std::string name = harmless(name_of(other.invite));
  const std::string frozen = other.shown.frozen ? " It is frozen there." : "";
  switch (beside.how) {
    case Beside::How::kSame:
      return name + " shows the same first " + counted(beside.same) + "." + frozen;
    case Beside::How::kBehind:
      return name + " is behind: " + counted(beside.same) + ", and these are the same." + frozen;
    case Beside::How::kEarlier:
      return name + " has not heard of the last recovery; the first " + counted(beside.same) +
             " are the same there." + frozen;
    case Beside::How::kOther:
      break;
  }
  return name + " shows another log: look at it with its invite alone." + frozen;
}

std::string_view word_for(Beside::How how) {
  switch (how) {
    case Beside::How::kSame:
      return "same";
    case Beside::How::kBehind:
      return "behind";
    case Beside::How::kEarlier:
      return "earlier";
    case Beside::How::kOther:
      break;
  }
  return "other";
}

// Of a size that is chosen: where it cuts. `all`: that the inviter holds.
std::string kept_text(const ShownLog& shown, TreeSize all) {
  std::string out = "the last entry that you keep: ";
  out += shown.latest.empty() ? std::to_string(shown.at.value - 1) : entry_text(shown.latest.front());
  return out + "; void: " + (all == shown.at ? "nothing" : counted(TreeSize(all.value - shown.at.value)));
}

// --- a look ---

Status look(const Common& common, const RecoverArguments& arguments, const std::vector<Inviter>& inviters,
            std::size_t best, const SigningKey& recovery) {
  Inviter chosen = inviters[best];
  const TreeSize all = chosen.shown.size;
  KOINON_ASSIGN(const TreeSize until, size_of(arguments.until, TreeSize(1), all, "until"));
  if (until != all) {
    KOINON_ASSIGN(chosen.shown, ask(chosen.invite, recovery, {chosen.shown.keys.identity().log_id(), until}));
    if (for_good(inviters[best].shown)) {
      chosen.shown.frozen = true;
      chosen.shown.evidence = inviters[best].shown.evidence;
    }
  }
  json::array others;
  std::string lines;
  for (std::size_t i = 0; i < inviters.size(); ++i) {
    if (i == best) continue;
    const auto beside = compared(inviters[best], inviters[i], recovery, all);
    if (!beside.ok()) {
      tell(fail(beside.error().code, "it could not be compared: " + beside.error().message,
                name_of(inviters[i].invite)));
      continue;
    }
    others.push_back(json::object{{"name", name_of(inviters[i].invite)},
                                  {"shows", std::string(word_for(beside->how))},
                                  {"size", inviters[i].shown.size.value},
                                  {"same", beside->same.value},
                                  {"frozen", inviters[i].shown.frozen}});
    lines += beside_text(inviters[i], *beside) + "\n";
  }
  if (common.json) {
    json::object out = shown_json(chosen);
    out["others"] = std::move(others);
    std::cout << json::serialize(out) << "\n";
    return {};
  }
  std::cout << shown_text(chosen) << "\n" << lines;
  if (chosen.shown.at.value > chosen.shown.latest.size())
    std::cout << "To see what stands before these: koinon recover … --until "
              << chosen.shown.at.value - chosen.shown.latest.size() << "\n";
  if (for_good(chosen.shown)) return {};
  std::cout
      << "Choose: koinon recover … --size N keeps entries 0 to N-1; everything after is void. N is from "
      << least_kept(chosen.shown.keys).value << " to " << all.value << ".\n";
  return {};
}

// --- the act ---

// Somebody who has chosen a size sees where it cuts before anything is signed.
Status ask_whether(const RecoverArguments& arguments, const ShownLog& shown, TreeSize all) {
  if (arguments.yes || isatty(STDIN_FILENO) == 0) return {};
  std::cerr << "Keep the first " << counted(shown.at) << " (" << kept_text(shown, all) << ")? [y/N] "
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail(Code::kRefused, "nothing was stated");
}

Status act(const Common& common, const RecoverArguments& arguments, const std::vector<Inviter>& inviters,
           std::size_t best, const SigningKey& recovery, const std::string& passphrase) {
  KOINON_TRY(check_for_good(inviters[best].shown));
  const TreeSize all = inviters[best].shown.size;
  KOINON_ASSIGN(const TreeSize at,
                size_of(arguments.size, least_kept(inviters[best].shown.keys), all, "size"));
  KOINON_ASSIGN(const ShownLog shown, shown_at(inviters, best, recovery, at));
  if (!common.json) {
    std::string kept = kept_text(shown, all);
    kept.front() = 'T';
    std::cout << shown_text({inviters[best].invite, shown}) << kept << "\n\n" << std::flush;
  }
  KOINON_TRY(ask_whether(arguments, shown, all));
  std::vector<InviteLine> used;
  for (const Inviter& inviter : inviters) used.push_back(inviter.invite);
  KOINON_ASSIGN(const RecoveredNode made,
                make_recovered_node(common.data, shown, recovery, used, passphrase));
  return use_invites(common, arguments, made, used);
}

Result<std::string> passphrase_of(const RecoverArguments& arguments) {
  if (arguments.passphrase_file.empty()) return std::string();
  return read_passphrase(arguments.passphrase_file);
}

}  // namespace

Status run_recover(const Common& common, const RecoverArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(protect_secrets());
  KOINON_TRY(init_crypto());
  const bool only_looks = arguments.size.empty() && !arguments.yes;
  if (!only_looks && !arguments.until.empty())
    return fail(Code::kInvalidArgument, "it is for a look, without --size and --yes", "until");
  KOINON_ASSIGN(const std::string passphrase, passphrase_of(arguments));
  std::vector<InviteLine> invites;
  for (const std::string& line : arguments.invites) {
    KOINON_ASSIGN(InviteLine invite, parse_invite_line(without_blanks(line)));
    invites.push_back(std::move(invite));
  }
  KOINON_ASSIGN(const SigningKey recovery, read_recovery_words(arguments.words_file));
  if (!only_looks) {
    KOINON_ASSIGN(const auto before, recovered_before(common.data, recovery, passphrase));
    if (before) return use_invites_again(common, arguments, *before, invites);
  }
  KOINON_ASSIGN(const std::optional<LogId> log, wanted_log(arguments));
  KOINON_ASSIGN(const std::vector<Inviter> inviters, ask_all(invites, recovery, log, only_looks));
  std::vector<ShownLog> all;
  for (const Inviter& inviter : inviters) all.push_back(inviter.shown);
  KOINON_ASSIGN(const std::size_t best, shown_best(all));
  return only_looks ? look(common, arguments, inviters, best, recovery)
                    : act(common, arguments, inviters, best, recovery, passphrase);
}

}  // namespace koinon
