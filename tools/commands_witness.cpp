// koinon witness: the witness for logs of other systems.
#include <iostream>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/store_source.h"
#include "node/daemon/witness_files.h"
#include "proto/base/clock.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

Status begin_anew(const Common& common) {
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(common.data));
  const DataFolder folder(common.data);
  KOINON_TRY(check_configured_node(folder));
  KOINON_TRY(forget_witness(folder, system_clock().wall()));
  return show_answer(
      common, json::object{{"forgotten", true}},
      "The key of the witness is gone. The next start of koinond makes another one, under another "
      "name: tell it to those who name the old one in a policy.\n");
}

}  // namespace

Status run_witness(const Common& common, bool anew) {
  if (anew) return begin_anew(common);
  KOINON_ASSIGN(const auto status, ApiClient(common.data).get_json("/api/v1/status"));
  const auto* witness = status.as_object().if_contains("witness");
  if (witness == nullptr)
    return fail(Code::kNotFound,
                "this node is no witness for other systems; see RUNBOOK, \"Witnessing for other systems\"",
                "witness.listen");
  std::string text;
  if (const std::string vkey = member(*witness, "vkey"); !vkey.empty()) text = vkey + "\n";
  return show_answer(common, *witness, text + render_witness(*witness) + "\n");
}

}  // namespace koinon
