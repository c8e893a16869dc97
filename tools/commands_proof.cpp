// Gets the proof of a record from a node. To verify one without a node: commands_verify.cpp.
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/key_history_text.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/output_file.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

// The statements go beside the proof where there are any; a file of before is not left there.
Result<bool> write_statements(const ApiClient& client, const std::string& target, const std::string& file) {
  KOINON_ASSIGN(const std::string text, client.get(target + "/keys"));
  KOINON_ASSIGN(const KeyHistory keys, parse_key_history(text));
  if (!keys.changes().empty()) {
    KOINON_TRY(write_output(file, text));
    return true;
  }
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return false;
}

}  // namespace

Status run_prove(const Common& common, const std::string& ref, const std::string& file) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto record, client.get_json(target));
  KOINON_ASSIGN(const std::string proof, client.get(target + "/proof"));
  KOINON_ASSIGN(const json::array cosigners, cosigners_of(client, target, proof));
  const std::string body_file = file + ".body";
  const bool has_body = record.as_object().contains("body");
  if (!has_body && member(record, "body_state") != "held") {
    return fail(Code::kNotFound, "the note itself is not held here (" + member(record, "body_state") + ")",
                ref);
  }
  KOINON_TRY(write_output(file, proof));
  if (has_body) {
    KOINON_ASSIGN(const std::string body, client.get(target + "/body"));
    KOINON_TRY(write_output(body_file, body));
  } else {
    std::error_code ignored;
    std::filesystem::remove(body_file, ignored);
  }
  const std::string keys_file = file + ".keys";
  KOINON_ASSIGN(const bool has_keys, write_statements(client, target, keys_file));
  const std::string vkey = member(record, "signed_by");
  const std::string standing = standing_of(record);
  if (common.json) {
    json::object out{{"proof", file},
                     {"body", has_body ? body_file : ""},
                     {"keys", has_keys ? keys_file : ""},
                     {"vkey", vkey},
                     {"cosigners", cosigners},
                     {"status", member(record, "status")}};
    for (const char* name : {"status_by", "withdrawn_at", "withdrawn_because"}) {
      if (const auto* said = record.as_object().if_contains(name)) out[name] = *said;
    }
    std::cout << json::serialize(out) << "\n";
    return {};
  }
  if (!standing.empty())
    std::cout << "Since it was published: " << standing
              << ".\nThe proof holds all the same: it shows what was said, "
              << "not that it stands.\n";
  std::cout << "Wrote " << file << (has_body ? (has_keys ? ", " : " and ") + body_file : "")
            << (has_keys ? " and " + keys_file : "") << ". Anyone can check it, without a node:\n"
            << "koinon verify " << file << " --vkey " << vkey << "\n"
            << render_cosigners(cosigners);
  if (!cosigners.empty())
    std::cout
        << "koinon policy -o FILE writes whose signatures count here; koinon verify --policy FILE asks for "
           "them.\n";
  return {};
}

}  // namespace koinon
