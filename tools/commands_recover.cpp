// koinon recover: takes a city's log back with its 24 recovery words and an invite of a city that knows it.
#include <csignal>
#include <iostream>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/invite.h"
#include "crypto/recovery_answer.h"
#include "node/daemon/store_source.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "tools/inviters.h"
#include "tools/keeping.h"
#include "tools/recovered_node.h"
#include "tools/recovery_words.h"
#include "tools/render.h"
#include "tools/render_recovery.h"

namespace koinon {
namespace json = boost::json;
namespace {

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

// --- a look ---

Status look(const Common& common, const RecoverArguments& arguments, const std::vector<Inviter>& inviters,
            std::size_t best, const SigningKey& recovery) {
  Inviter chosen = inviters[best];
  const TreeSize all = chosen.shown.size;
  KOINON_ASSIGN(const TreeSize until, size_of(arguments.until, TreeSize(1), all, "until"));
  if (until != all) {
    KOINON_ASSIGN(chosen.shown,
                  ask_inviter(chosen.invite, recovery, {chosen.shown.keys.identity().log_id(), until}));
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
      warn(fail(beside.error().code, "it could not be compared: " + beside.error().message,
                name_of(inviters[i].invite)));
      continue;
    }
    others.push_back(beside_json(inviters[i], *beside));
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
  KOINON_ASSIGN(const RecoveredNode made, make_recovered_node(common, shown, recovery, used, passphrase));
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
  if (!only_looks)
    KOINON_TRY(need_files(DataFolder(common.data),
                          "take the log back into another --data folder, and move its store there; RUNBOOK, "
                          "\"The hub\""));
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
  KOINON_ASSIGN(const std::vector<Inviter> inviters, ask_inviters(invites, recovery, log, only_looks));
  std::vector<ShownLog> all;
  for (const Inviter& inviter : inviters) all.push_back(inviter.shown);
  KOINON_ASSIGN(const std::size_t best, shown_best(all));
  return only_looks ? look(common, arguments, inviters, best, recovery)
                    : act(common, arguments, inviters, best, recovery, passphrase);
}

}  // namespace koinon
