// Commands that make two cities peers with one line.
#include <iostream>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/invite.h"
#include "node/text/qr_code.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/codec/name.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Each line shows two rows of modules, with the quiet zone around the code. It is dark on light, whatever
// colours the terminal has.
std::string in_blocks(const QrCode& code) {
  constexpr int kQuiet = 2;
  std::string out;
  for (int y = -kQuiet; y < code.width() + kQuiet; y += 2) {
    out += "\033[30;107m";
    for (int x = -kQuiet; x < code.width() + kQuiet; ++x) {
      const bool top = code.is_dark(x, y);
      const bool bottom = code.is_dark(x, y + 1);
      out += top && bottom ? "\xE2\x96\x88" : top ? "\xE2\x96\x80" : bottom ? "\xE2\x96\x84" : " ";
    }
    out += "\033[0m\n";
  }
  return out;
}

}  // namespace

Status run_invite(const Common& common, const InviteArguments& arguments) {
  json::object request{{"for", arguments.expects}, {"address", arguments.address}};
  if (arguments.hours > 0) request["hours"] = arguments.hours;
  KOINON_ASSIGN(const auto made, ApiClient(common.data).post_json("/api/v1/invites", request));
  if (common.json) {
    std::cout << json::serialize(made) << "\n";
    return {};
  }
  const std::string line = member(made, "line");
  if (isatty(STDOUT_FILENO) != 0 && !arguments.no_qr) {
    const auto code = QrCode::of(line, QrRepair::kForScreens);
    if (code.ok()) std::cout << in_blocks(*code);
  }
  std::cout << line << "\n";
  std::cerr
      << "Give this line to the other city's operator, who runs: koinon join LINE\nIt works once, until "
      << member(made, "expires_at") << ".";
  if (arguments.expects.empty()) {
    std::cerr
        << " Once it is used, look at the name (koinon peers), and if it is the right one: koinon vouch NAME";
  }
  std::cerr << "\n";
  return {};
}

Status run_invites(const Common& common, const std::string& revoke) {
  const ApiClient client(common.data);
  if (!revoke.empty()) {
    KOINON_ASSIGN(const auto removed, client.remove("/api/v1/invites/" + revoke));
    if (!common.json) std::cout << "Revoked; nobody joins with it any more.\n";
    return {};
  }
  KOINON_ASSIGN(const auto open, client.get_json("/api/v1/invites"));
  if (common.json) {
    std::cout << json::serialize(open) << "\n";
    return {};
  }
  for (const auto& invite : open.at("items").as_array()) {
    const std::string name = member(invite, "for");
    std::cout << member(invite, "id") << "  " << (name.empty() ? "for anyone" : "for " + harmless(name))
              << ", until " << member(invite, "expires_at") << "\n";
  }
  return {};
}

Status run_join(const Common& common, const std::string& line, bool vouch, bool yes) {
  KOINON_ASSIGN(const InviteLine invite, parse_invite_line(without_blanks(line)));
  std::string who = "an observer, which publishes nothing";
  std::string key = to_text(invite.inviter.node_key);
  if (const auto& vkey = invite.inviter.vkey) {
    KOINON_ASSIGN(const auto origin, parse_origin(vkey->name));
    who = harmless(origin.name);
    key = harmless(vkey->text());
  }
  if (!yes) {
    if (isatty(STDIN_FILENO) == 0)
      return fail(Code::kRefused,
                  "say --yes to join without being asked whether this is the right node: " + who, "join");
    std::cerr << "This invite comes from " << who << " (" << key << ").\n"
              << "Is that whom you know? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y" && answer != "yes") return fail(Code::kRefused, "not joined", "join");
  }
  KOINON_ASSIGN(
      const auto joined,
      ApiClient(common.data).post_json("/api/v1/join", json::object{{"line", line}, {"vouch", vouch}}));
  if (common.json) {
    std::cout << json::serialize(joined) << "\n";
    return {};
  }
  std::cout << "Joined " << member(joined, "name") << "; the two nodes have pinned each other.\n";
  if (member(joined, "vouch") == "yes")
    std::cout << "A vouch for it is published once both have connected (--no-vouch abstains).\n";
  std::cout << render_other_node_keys(joined);
  return {};
}

}  // namespace koinon
