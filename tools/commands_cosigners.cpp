// Commands about cosignatures: which cities have signed what a proof shows, and whose signatures count.
#include <algorithm>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/tlog_proof.h"
#include "proto/base/encoding.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/output_file.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

bool has_line_of(const SignedNote& note, const std::string& vkey) {
  const auto key = parse_vkey(vkey);
  return key.ok() && !note.by(*key).empty();
}

}  // namespace

// A head that more cities have signed may have come between the two questions.
Result<json::array> cosigners_of(const ApiClient& client, const std::string& target,
                                 const std::string& proof) {
  KOINON_ASSIGN(const TlogProof parsed, parse_tlog_proof(proof));
  KOINON_ASSIGN(const SignedNote note, parse_note(parsed.checkpoint));
  KOINON_ASSIGN(const auto signers, client.get_json(target + "/signers"));
  json::array out;
  for (const auto& one : signers.at("cosigners").as_array()) {
    if (has_line_of(note, member(one, "vkey"))) out.push_back(one);
  }
  return out;
}

std::string render_cosigners(const json::array& cosigners) {
  if (cosigners.empty()) return "No other city has signed yet that it holds that log.\n";
  std::string out = cosigners.size() == 1 ? std::string("1 other city has signed that it holds that log:\n")
                                          : std::to_string(cosigners.size()) +
                                                " other cities have signed that they hold that log:\n";
  for (const auto& one : cosigners) {
    const std::string name = member(one, "display_name");
    out += "  " + harmless(member(one, "city")) + (name.empty() ? "" : " (" + harmless(name) + ")") + ", " +
           member(one, "at") + "\n";
  }
  return out;
}

Status run_policy(const Common& common, const PolicyArguments& arguments) {
  const std::string target =
      with_query("/api/v1/policy", {{"city", arguments.city},
                                    {"quorum", arguments.quorum},
                                    {"counts", arguments.countries ? "countries" : ""}});
  KOINON_ASSIGN(const std::string text, ApiClient(common.data).get(target));
  if (arguments.file.empty()) {
    if (common.json) {
      std::cout << json::serialize(json::object{{"policy", text}}) << "\n";
    } else {
      std::cout << text;
    }
    return {};
  }
  KOINON_TRY(write_output(arguments.file, text));
  if (common.json) {
    std::cout << json::serialize(json::object{{"file", arguments.file}, {"policy", text}}) << "\n";
    return {};
  }
  std::cout << "Wrote " << arguments.file
            << ": whose signatures count, and how many are asked for. With a proof:\n"
            << "koinon verify PROOF --vkey VKEY --policy " << arguments.file << "\n";
  return {};
}

}  // namespace koinon
