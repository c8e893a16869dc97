// Commands about this node's keys.
#include <iostream>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;

Status run_rotate_key(const Common& common) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto done, client.post_json("/api/v1/keys/signing", json::object()));
  if (common.json) {
    std::cout << json::serialize(done) << "\n";
    return {};
  }
  std::cout << "A new key signs this log from now on: " << member(done, "ref")
            << " says so, signed by the old one.\n"
            << member(done, "vkey")
            << "\nBackups from before have the old key. Make one now: koinon backup FOLDER\n";
  return {};
}

Status run_rotate_node_key(const Common& common, bool now) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto done, client.post_json("/api/v1/keys/node", json::object{{"now", now}}));
  if (common.json) {
    std::cout << json::serialize(done) << "\n";
    return {};
  }
  std::cout << member(done, "ref") << " names the node key " << member(done, "node_key") << ".\n"
            << "node key      " << render_node_key_wait(done) << "\n"
            << "Lines of koinon id and invites from before hold until then. Make a backup afterwards.\n";
  return {};
}

Status run_rotate_cosigner_key(const Common& common) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto done, client.post_json("/api/v1/keys/cosigner", json::object()));
  if (common.json) {
    std::cout << json::serialize(done) << "\n";
    return {};
  }
  std::cout << "A new key cosigns from now on: " << member(done, "ref") << " names it.\n"
            << member(done, "vkey") << "\n";
  return {};
}

}  // namespace koinon
