// koinon recover: takes a city's log back with its 24 recovery words and an invite of a city that knows it.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>

#include <boost/json.hpp>

#include "crypto/invite.h"
#include "crypto/recovery_answer.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/rebuild.h"
#include "node/text/time_text.h"
#include "node/transport/at_inviter.h"
#include "proto/base/ascii.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "tools/keeping.h"
#include "tools/recovery_words.h"
#include "tools/render.h"
#include "tools/workplace.h"

namespace koinon {
namespace json = boost::json;
namespace {

struct Inviter {
  InviteLine invite;
  ShownLog shown;
};

std::string name_of(const InviteLine& invite) {
  if (!invite.inviter.vkey) return "an observer";
  const auto origin = parse_origin(invite.inviter.vkey->name);
  return origin.ok() ? origin->name : invite.inviter.vkey->name;
}

// --- what the inviters show ---

Result<ShownLog> ask(const InviteLine& invite, const SigningKey& recovery, TreeSize at) {
  KOINON_ASSIGN(const v1::RecoveryAnswer answer, ask_and_wait(invite, recovery, at));
  auto shown = read_recovery_answer(answer, recovery.public_key(), at);
  if (shown.ok()) return shown;
  // Proven by what is shown: these words count no more.
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

// Those that show it. The others are only told, as long as there is one. kConflict: one of them proves that
// the words count no more; who does not know that yet says nothing against it.
Result<std::vector<Inviter>> ask_all(const std::vector<InviteLine>& invites, const SigningKey& recovery) {
  std::vector<Inviter> out;
  std::vector<Error> failed;
  for (const InviteLine& invite : invites) {
    auto shown = ask(invite, recovery, TreeSize(0));
    if (shown.ok()) {
      out.push_back({invite, std::move(*shown)});
    } else if (shown.error().code == Code::kConflict) {
      return shown.error();
    } else {
      failed.push_back(fail(shown.error().code, shown.error().message, name_of(invite)));
    }
  }
  if (out.empty()) return failed.front();
  share_proof(out);
  for (const Error& error : failed) std::cerr << "koinon: " << harmless(error.text()) << "\n";
  return out;
}

// What the best of them shows at that size; the others must not show another log there.
Result<ShownLog> shown_at(const std::vector<Inviter>& inviters, std::size_t best, const SigningKey& recovery,
                          TreeSize at) {
  const Inviter& chosen = inviters[best];
  ShownLog out = chosen.shown;
  if (out.at != at) {
    KOINON_ASSIGN(out, ask(chosen.invite, recovery, at));
  }
  if (out.keys.notes() != chosen.shown.keys.notes())
    return fail(Code::kConflict, "the log's keys were changed just now; run this again and look", "invite");
  for (const Inviter& other : inviters) {
    if (&other == &chosen || other.shown.size < at || compare(other.shown.keys, out.keys) != KeyOrder::kSame)
      continue;
    KOINON_ASSIGN(const ShownLog theirs, ask(other.invite, recovery, at));
    if (theirs.root_at != out.root_at)
      return fail(Code::kConflict,
                  name_of(chosen.invite) + " and " + name_of(other.invite) + " show two different logs of " +
                      std::to_string(at.value) +
                      " entries; choose a smaller size, or leave out the invite of the wrong one",
                  "invite");
  }
  return out;
}

Result<TreeSize> wanted_size(const RecoverArguments& arguments, const ShownLog& shown) {
  if (arguments.size.empty()) return shown.size;
  const TreeSize least = least_kept(shown.keys);
  const auto size = parse_decimal(arguments.size);
  if (size.ok() && TreeSize(*size) >= least && TreeSize(*size) <= shown.size) return TreeSize(*size);
  return fail(
      Code::kInvalidArgument,
      "choose a number from " + std::to_string(least.value) + " to " + std::to_string(shown.size.value),
      "size");
}

// --- what is printed of it ---

std::string_view word_for(const KeyHistory::Change& change) {
  if (!change.is_recovery) return "rotation";
  return change.statement.recovery_key ? "new_words" : "recovery";
}

std::string_view phrase_for(const KeyHistory::Change& change) {
  if (!change.is_recovery) return "a rotation";
  return change.statement.recovery_key ? "new recovery words" : "a recovery";
}

json::object entry_json(const ShownLog::Entry& one) {
  json::object out{{"index", one.index.value}, {"time", ""}, {"kind", "unreadable"}, {"title", one.title}};
  const auto entry = parse_entry(one.entry);
  if (!entry.ok()) return out;
  out["time"] = time_text(UnixMillis{entry->created_at_ms()});
  out["kind"] = std::string(kind_name(entry->kind()));
  return out;
}

json::object shown_json(const Inviter& inviter) {
  const ShownLog& shown = inviter.shown;
  json::array statements, latest;
  for (const KeyHistory::Change& change : shown.keys.changes())
    statements.push_back(json::object{{"number", change.statement.sequence},
                                      {"kind", std::string(word_for(change))},
                                      {"size", change.statement.size.value}});
  for (const ShownLog::Entry& one : shown.latest) latest.push_back(entry_json(one));
  return {{"name", shown.keys.identity().name},
          {"log_id", to_text(shown.keys.identity().log_id())},
          {"shown_by", name_of(inviter.invite)},
          {"size", shown.size.value},
          {"least_size", least_kept(shown.keys).value},
          {"vkey", shown.keys.vkey().text()},
          {"frozen", shown.frozen},
          {"for_good", for_good(shown)},
          {"statements", std::move(statements)},
          {"latest", std::move(latest)}};
}

// In case it was taken back before, or has new words: by whom, the operator must know.
std::string warning_of(const ShownLog& shown) {
  const auto& changes = shown.keys.changes();
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (!change->is_recovery) continue;
    const std::string statement = std::to_string(change->statement.sequence);
    const std::string size = std::to_string(change->statement.size.value);
    if (change->statement.recovery_key)
      return "Its recovery words were changed by statement " + statement + ", which keeps " + size +
             " entries; these are the new ones. It cannot keep fewer.\n";
    return "Warning: it was taken back already by statement " + statement + ", which keeps " + size +
           " entries; another one at a smaller size voids what stands beyond.\n";
  }
  return {};
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
             "say "
             "by whom. Nothing thaws it: begin a new log, see RUNBOOK, \"The paper is lost\".\n";
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
    out += std::to_string(change.statement.sequence) + ": " + std::string(phrase_for(change)) + " at " +
           std::to_string(change.statement.size.value) + " entries";
  }
  out += "\n";
  out += frozen_text(shown);
  out += warning_of(shown) + "The latest entries:\n";
  for (const ShownLog::Entry& one : shown.latest) {
    const json::object line = entry_json(one);
    out += "  " + std::to_string(one.index.value) + "  " + member(line, "time") + "  " +
           member(line, "kind") + "  " + harmless(one.title) + "\n";
  }
  return out;
}

// --- the new node ---

struct Made {
  KeyHistory keys;
  NodeKeys node;
  std::string first_operator;  // the link
};

Result<std::string> passphrase_of(const RecoverArguments& arguments) {
  if (arguments.passphrase_file.empty()) return std::string();
  return read_passphrase(arguments.passphrase_file);
}

Result<Made> fill_folder(const DataFolder& folder, const ShownLog& shown, const SigningKey& recovery,
                         const std::vector<Inviter>& inviters, const std::string& passphrase) {
  NodeKeys node{SigningKey::generate(), generate_city_keys()};
  KOINON_ASSIGN(KeyHistory keys, take_back(shown, recovery, node.city->signing.public_key()));
  KOINON_TRY(make_key_folder(folder));
  KOINON_TRY(write_keys(folder, node, passphrase));
  NewStore store{keys, NodeKey::from(node.node.public_key().view()), {}};
  for (const Inviter& inviter : inviters) store.peers.push_back(inviter.invite.inviter.text());
  KOINON_ASSIGN(const std::string code, make_store_anew(folder, store, system_clock().wall()));
  return Made{std::move(keys), std::move(node), "http://localhost:8471/welcome/" + code};
}

Result<Made> make_node_anew(const Common& common, const ShownLog& shown, const SigningKey& recovery,
                            const std::vector<Inviter>& inviters, const std::string& passphrase) {
  KOINON_ASSIGN(const Workplace place,
                Workplace::make(std::filesystem::absolute(common.data).lexically_normal(), "koinon recover"));
  auto made = fill_folder(place.folder(), shown, recovery, inviters, passphrase);
  if (!made.ok()) {
    place.give_up();
    return made;
  }
  KOINON_TRY(place.finish());
  return made;
}

// The node of this log that an earlier run has made here, taken back by these words. Nothing: there is none.
Result<std::optional<Made>> made_before(const Common& common, const SigningKey& recovery,
                                        const std::string& passphrase) {
  const DataFolder folder(common.data);
  const auto keys = read_identity_file(folder.identity());
  if (!keys.ok() || keys->changes().empty() || !keys->changes().back().is_recovery ||
      keys->recovery_key() != recovery.public_key())
    return std::optional<Made>();
  KOINON_TRY(folder.check_node());
  KOINON_ASSIGN(NodeKeys node, read_keys(folder, passphrase));
  if (!node.city || node.city->signing.public_key() != keys->vkey().key)
    return fail(Code::kConflict, "a node of this log lives there, with other keys; name another folder",
                common.data);
  return std::optional(Made{*keys, std::move(node), {}});
}

// --- the invites, used ---

struct Joined {
  json::array names;
  std::optional<Error> failed;  // the first
};

Joined join_all(const Made& made, const std::vector<InviteLine>& invites) {
  Joined out;
  const Joiner joiner{made.node.node, made.node.city->signing, made.keys.notes()};
  const PeerLine own{made.keys.vkey(), "", NodeKey::from(made.node.node.public_key().view())};
  for (const InviteLine& invite : invites) {
    const auto joined = join_and_wait(invite, joiner, own.text());
    if (joined.ok()) {
      out.names.emplace_back(*joined);
    } else if (joined.error().code == Code::kConflict) {
      // Another statement counts there: ours is told to nobody else.
      out.failed = fail(Code::kConflict, joined.error().message, name_of(invite));
      return out;
    } else if (!out.failed) {
      out.failed = fail(joined.error().code,
                        "it has not pinned this node: " + joined.error().message +
                            "; start koinond, ask there for a fresh invite, and run: "
                            "koinon join LINE",
                        name_of(invite));
    }
  }
  return out;
}

Status finish(const Common& common, const Made& made, const std::vector<InviteLine>& invites) {
  const Joined joined = join_all(made, invites);
  if (joined.failed && joined.failed->code == Code::kConflict) return *joined.failed;
  const Statement& last = made.keys.changes().back().statement;
  if (common.json) {
    json::object out{{"data", common.data},
                     {"name", made.keys.identity().name},
                     {"log_id", to_text(made.keys.identity().log_id())},
                     {"vkey", made.keys.vkey().text()},
                     {"statement", last.sequence},
                     {"kept", last.size.value},
                     {"joined", joined.names}};
    if (!made.first_operator.empty()) out["first_operator"] = made.first_operator;
    std::cout << json::serialize(out) << "\n";
  } else {
    if (made.first_operator.empty()) {
      std::cout << "The node of " << made.keys.identity().name << " is in " << common.data
                << " already, taken back by statement " << last.sequence << ", which keeps "
                << last.size.value << " entries. Only the invite was used.\n";
    } else {
      std::cout
          << "Took back the log of " << made.keys.identity().name << " with statement " << last.sequence
          << ", which keeps its first " << last.size.value << " entries, and made its node anew in "
          << common.data << ": the log comes back from its peers once koinond runs.\n"
          << "Accounts, drafts and settings are gone. To log in with a browser, set the password of the "
             "account `operator` once, within a week:\n"
          << made.first_operator << "\n";
    }
    for (const json::value& name : joined.names)
      std::cout << harmless(std::string(name.as_string())) << " has pinned it.\n";
    std::cout << "Next: koinond --data " << common.data << "\nThe 24 words stay valid: keep them.\n";
  }
  return joined.failed ? Status(*joined.failed) : Status();
}

}  // namespace

Status run_recover(const Common& common, const RecoverArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(protect_secrets());
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(const std::string passphrase, passphrase_of(arguments));
  std::vector<InviteLine> invites;
  for (const std::string& line : arguments.invites) {
    KOINON_ASSIGN(InviteLine invite, parse_invite_line(without_blanks(line)));
    invites.push_back(std::move(invite));
  }
  KOINON_ASSIGN(const SigningKey recovery, read_recovery_words(arguments.words_file));
  KOINON_ASSIGN(const auto before, made_before(common, recovery, passphrase));
  if (before) return finish(common, *before, invites);
  KOINON_ASSIGN(const std::vector<Inviter> inviters, ask_all(invites, recovery));
  std::vector<ShownLog> all;
  for (const Inviter& inviter : inviters) all.push_back(inviter.shown);
  KOINON_ASSIGN(const std::size_t best, shown_best(all));
  const bool only_looks = arguments.size.empty() && !arguments.yes;
  if (common.json && only_looks) std::cout << json::serialize(shown_json(inviters[best])) << "\n";
  if (!common.json) std::cout << shown_text(inviters[best]) << "\n";
  if (only_looks) {
    if (!common.json && !for_good(all[best]))
      std::cout << "Choose: koinon recover … --size N keeps entries 0 to N-1; everything after is void. N is "
                   "from "
                << least_kept(all[best].keys).value << " to " << all[best].size.value << ".\n";
    return {};
  }
  if (for_good(all[best]))
    return fail(
        Code::kConflict,
        "two recoveries of the log of " + all[best].keys.identity().name +
            " contradict each other; nothing thaws this log: begin a new one, see RUNBOOK, \"The paper "
            "is lost\"",
        "invite");
  KOINON_ASSIGN(const TreeSize at, wanted_size(arguments, all[best]));
  KOINON_ASSIGN(const ShownLog shown, shown_at(inviters, best, recovery, at));
  KOINON_ASSIGN(const Made made, make_node_anew(common, shown, recovery, inviters, passphrase));
  std::vector<InviteLine> used;
  for (const Inviter& inviter : inviters) used.push_back(inviter.invite);
  return finish(common, made, used);
}

}  // namespace koinon
