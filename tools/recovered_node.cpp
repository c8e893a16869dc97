#include "tools/recovered_node.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include <boost/json.hpp>

#include "node/daemon/identity_file.h"
#include "node/daemon/rebuild.h"
#include "node/transport/at_inviter.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "tools/inviters.h"
#include "tools/render.h"
#include "tools/workplace.h"

namespace koinon {
namespace json = boost::json;
namespace {

NodeKey node_key_of(const RecoveredNode& made) { return NodeKey::from(made.node.node.public_key().view()); }

std::vector<std::string> lines_of(const std::vector<InviteLine>& inviters) {
  std::vector<std::string> out;
  for (const InviteLine& invite : inviters) out.push_back(invite.inviter.text());
  return out;
}

// The cities that a log vouches for, as far as the entries say that were shown.
std::vector<std::string> vouched_for(const ShownLog& shown) {
  std::vector<std::string> out;
  std::set<Bytes> seen;
  for (const ShownLog::Entry& one : shown.latest) {
    const auto entry = parse_entry(one.entry);
    if (!entry.ok() || !entry->control().has_vouch()) continue;
    const v1::VouchControl& vouch = entry->control().vouch();
    if (seen.insert(vouch.log_id()).second && !vouch.withdrawn()) out.push_back(vouch.name());
  }
  return out;
}

Result<RecoveredNode> fill_folder(const DataFolder& folder, const ShownLog& shown, const SigningKey& recovery,
                                  const std::vector<InviteLine>& inviters, const std::string& passphrase) {
  RecoveredNode out{{}, {SigningKey::generate(), generate_city_keys()}, {}, vouched_for(shown)};
  KOINON_ASSIGN(out.keys, take_back(shown, recovery, out.node.city->signing.public_key()));
  KOINON_TRY(make_key_folder(folder));
  KOINON_TRY(write_keys(folder, out.node, passphrase));
  const NewStore store{out.keys, node_key_of(out), lines_of(inviters)};
  KOINON_ASSIGN(const std::string code, make_store_anew(folder, store, system_clock().wall()));
  out.first_operator = code;
  return out;
}

}  // namespace

Result<RecoveredNode> make_recovered_node(const Common& common, const ShownLog& shown,
                                          const SigningKey& recovery, const std::vector<InviteLine>& inviters,
                                          const std::string& passphrase) {
  KOINON_ASSIGN(const Workplace place, Workplace::make(common.data, "koinon recover"));
  auto made = fill_folder(place.folder(), shown, recovery, inviters, passphrase);
  if (!made.ok()) return place.give_up(made.error());
  KOINON_TRY(place.finish());
  made->first_operator = welcome_link(common, made->first_operator);
  return made;
}

Result<std::optional<RecoveredNode>> recovered_before(const std::string& data, const SigningKey& recovery,
                                                      const std::string& passphrase) {
  const DataFolder folder(data);
  const auto keys = read_identity_file(folder.identity());
  if (!keys.ok() || keys->changes().empty() || keys->recovery_key() != recovery.public_key())
    return std::optional<RecoveredNode>();
  const KeyHistory::Change& last = keys->changes().back();
  if (!last.is_recovery || last.statement.recovery_key) return std::optional<RecoveredNode>();
  KOINON_TRY(folder.check_node());
  KOINON_TRY(Workplace::clean_up(data));
  KOINON_ASSIGN(NodeKeys node, read_keys(folder, passphrase));
  if (!node.city || node.city->signing.public_key() != keys->vkey().key)
    return fail(Code::kConflict, "a node of this log lives there, with other keys; name another folder",
                data);
  return std::optional(RecoveredNode{*keys, std::move(node), {}, {}});
}

// --- the invites, used ---

namespace {

struct Joined {
  std::vector<std::string> names;  // who has pinned the node
  std::optional<Error> failed;     // the first that has not
};

// An invite that an earlier run used up may have been of another city: without this the node would not know
// whom to ask. kRefused: koinond runs there.
Status pin_inviters(const std::string& data, const RecoveredNode& made,
                    const std::vector<InviteLine>& inviters) {
  const DataFolder folder(data);
  const auto lock = FolderLock::take(folder);
  if (!lock.ok() && lock.error().code == Code::kRefused)
    return fail(Code::kRefused, "koinond runs here; use: koinon join LINE", data);
  if (!lock.ok()) return lock.error();
  const Status pinned = pin_holders(folder, made.keys.identity().log_id(), node_key_of(made),
                                    lines_of(inviters), system_clock().wall());
  return pinned.ok() ? pinned : Status(to_run_again(pinned.error()));
}

Joined join_all(const RecoveredNode& made, const std::vector<InviteLine>& invites) {
  Joined out;
  const Joiner joiner{made.node.node, made.node.city->signing, made.keys.notes()};
  const PeerLine own{made.keys.vkey(), "", node_key_of(made)};
  for (const InviteLine& invite : invites) {
    const auto joined = join_and_wait(invite, joiner, own.text());
    if (joined.ok()) {
      out.names.push_back(*joined);
    } else if (joined.error().code == Code::kConflict) {
      // Another statement counts there: ours is told to nobody else.
      out.failed = fail(Code::kConflict, joined.error().message, name_of(invite));
      return out;
    } else if (!out.failed) {
      out.failed = fail(joined.error().code,
                        "it has not pinned this node: " + joined.error().message +
                            "; start koinond, ask there for a fresh invite, and run: koinon join LINE",
                        name_of(invite));
    }
  }
  return out;
}

// Before the invites are used: that takes a while, and may be ended.
void tell_made(const Common& common, const RecoveredNode& made) {
  const Statement& last = made.statement();
  if (common.json) {
    json::object out{{"data", common.data},
                     {"name", made.keys.identity().name},
                     {"log_id", to_text(made.keys.identity().log_id())},
                     {"vkey", made.keys.vkey().text()},
                     {"statement", last.sequence},
                     {"kept", last.size.value}};
    if (!made.first_operator.empty()) out["first_operator"] = made.first_operator;
    std::cout << json::serialize(out) << std::endl;
    return;
  }
  const std::string name = harmless(made.keys.identity().name);
  if (made.first_operator.empty()) {
    std::cout << "The node of " << name << " is in " << common.data << " already, taken back by statement "
              << last.sequence << ", which keeps " << counted(last.size)
              << ". Only the invite is used.\nA link for `operator`: koinon user link operator, once koinond "
                 "runs.\n"
              << std::flush;
    return;
  }
  std::cout << "Took back the log of " << name << " with statement " << last.sequence
            << ", which keeps its first " << counted(last.size) << ", and made its node anew in "
            << common.data << ": the log comes back from its peers once koinond runs.\n"
            << "Accounts, drafts and settings are gone. To log in with a browser, set the password of the "
               "account `operator` once, within a week:\n"
            << made.first_operator << std::endl;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + harmless(name);
  return out;
}

// The peers of before are in no store that is left.
std::string about_peers(const RecoveredNode& made, const std::vector<InviteLine>& invites) {
  std::vector<std::string> peers;
  std::vector<std::string> vouched = made.vouched;
  for (const InviteLine& invite : invites) {
    const std::string name = name_of(invite);
    if (std::find(peers.begin(), peers.end(), name) == peers.end()) peers.push_back(name);
    std::erase(vouched, name);
  }
  const std::string has =
      made.first_operator.empty() ? "only those whose invites were used" : "only " + listed(peers);
  return "This node has " + has + " as peers. Ask your other peers" +
         (vouched.empty() ? "" : " (" + listed(vouched) + ")") +
         " for their line (koinon peer add LINE), and tell them your new address.\n";
}

}  // namespace

Status use_invites(const Common& common, const RecoverArguments& arguments, const RecoveredNode& made,
                   const std::vector<InviteLine>& invites) {
  tell_made(common, made);
  const Joined joined = join_all(made, invites);
  if (joined.failed && joined.failed->code == Code::kConflict) return *joined.failed;
  if (common.json) {
    std::cout << json::serialize(
                     json::object{{"joined", json::array(joined.names.begin(), joined.names.end())}})
              << "\n";
  } else {
    for (const std::string& name : joined.names) std::cout << harmless(name) << " has pinned it.\n";
    std::cout << about_peers(made, invites)
              << "Next: " << start_command(common.data, arguments.passphrase_file)
              << "\nThe 24 words stay valid: keep them.\n";
  }
  return joined.failed ? Status(*joined.failed) : Status();
}

Status use_invites_again(const Common& common, const RecoverArguments& arguments, const RecoveredNode& made,
                         const std::vector<InviteLine>& invites) {
  const Statement& last = made.statement();
  if (!arguments.size.empty()) {
    const auto size = parse_decimal(arguments.size);
    if (!size.ok() || TreeSize(*size) != last.size)
      return fail(Code::kConflict,
                  "statement " + std::to_string(last.sequence) + " keeps " + std::to_string(last.size.value) +
                      " here; it can't be changed",
                  "size");
  }
  KOINON_TRY(pin_inviters(common.data, made, invites));
  return use_invites(common, arguments, made, invites);
}

}  // namespace koinon
