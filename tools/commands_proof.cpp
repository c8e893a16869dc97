// Commands about proofs: to get one from a node, and to verify one without a node.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "crypto/key_file.h"
#include "crypto/key_history_text.h"
#include "crypto/tlog_proof.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/output_file.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Checks that the body belongs to the entry: it has the entry's digest, or both have no body.
Status check_body(const v1::Entry& entry, const std::string& file, v1::Body& body) {
  const BodyClaim claim = body_claim(entry);
  std::error_code ignored;
  const bool there = std::filesystem::exists(file, ignored);
  if (claim.size == 0) {
    if (there)
      return fail(Code::kBadProof, "the entry has no body, yet this file stands beside its proof", file);
    return {};
  }
  if (!there) return fail(Code::kNotFound, "the note itself is missing beside its proof", file);
  KOINON_ASSIGN(const Bytes bytes, read_file(file, limits::kBodyBytes));
  if (bytes.size() != claim.size || sha256(bytes).view() != claim.digest) {
    return fail(Code::kBadProof, "the note is not the one that the entry commits to", file);
  }
  KOINON_ASSIGN(body, parse_body(bytes));
  return {};
}

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

struct OpenedProof {
  Checkpoint checkpoint;
  std::optional<TreeSize> kept;  // a recovery came since, which keeps so many entries
  bool was_taken_back = false;   // one of those did more than to change the recovery words
};

// What was signed under the head and a later recovery does not keep, that one made void.
bool was_taken_back(const KeyHistory& keys, const KeyHistory::Head& head) {
  std::uint64_t seen = 0;
  return std::any_of(keys.changes().begin(), keys.changes().end(), [&](const KeyHistory::Change& change) {
    return change.is_recovery && ++seen > head.recoveries &&
           change.kind(change.statement.size < head.checkpoint.size) == KeyHistory::Change::Kind::kRecovery;
  });
}

// What the vkey leads to: with the file of keys beside the proof, whichever key of that log signed its head.
Result<OpenedProof> open_proof(const TlogProof& proof, const VKey& vkey, const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    const auto checkpoint = verify_tlog_proof(proof, vkey);
    if (checkpoint.ok()) return OpenedProof{*checkpoint, std::nullopt, false};
    if (checkpoint.error().code != Code::kBadSignature) return checkpoint.error();
    return fail(Code::kBadSignature,
                checkpoint.error().message + "; if its city has changed its key, " + file +
                    " belongs beside the proof",
                checkpoint.error().field);
  }
  KOINON_ASSIGN(const Bytes text, read_file(file, limits::kKeyHistoryBytes));
  KOINON_ASSIGN(const KeyHistory keys, parse_key_history(text));
  bool is_known = keys.identity().vkey() == vkey;
  for (const KeyHistory::Change& change : keys.changes()) is_known = is_known || change.statement.key == vkey;
  if (!is_known)
    return fail(Code::kBadSignature, "these are the keys of another log, or of no key that you know", file);
  KOINON_ASSIGN(const KeyHistory::Head head, verify_tlog_proof(proof, keys));
  return OpenedProof{head.checkpoint, keys.kept_of(head.recoveries), was_taken_back(keys, head)};
}

std::string title_of(const v1::Body& body) {
  if (body.has_practice()) return body.practice().title();
  if (body.has_adoption()) return body.adoption().title();
  if (body.has_question()) return body.question().title();
  if (body.has_answer()) return body.answer().title();
  if (body.has_profile()) return body.profile().display_name();
  return {};
}

}  // namespace

Status run_prove(const Common& common, const std::string& ref, const std::string& file) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto record, client.get_json(target));
  KOINON_ASSIGN(const std::string proof, client.get(target + "/proof"));
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
            << "koinon verify " << file << " --vkey " << vkey << "\n";
  return {};
}

Status run_verify(const Common& common, const std::string& file, const std::string& vkey_text) {
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(const VKey vkey, parse_vkey(without_blanks(vkey_text)));
  KOINON_ASSIGN(const Bytes text, read_file(file, limits::kProofFileBytes));
  KOINON_ASSIGN(const TlogProof proof, parse_tlog_proof(text));
  KOINON_ASSIGN(const OpenedProof opened, open_proof(proof, vkey, file + ".keys"));
  const Checkpoint& checkpoint = opened.checkpoint;
  const bool is_void = opened.kept && proof.index.value >= opened.kept->value;
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(*proof.extra));
  v1::Body body;
  KOINON_TRY(check_body(entry, file + ".body", body));
  if (common.json) {
    std::cout << json::serialize(json::object{{"verified", true},
                                              {"origin", checkpoint.origin},
                                              {"index", proof.index.value},
                                              {"size", checkpoint.size.value},
                                              {"void", is_void},
                                              {"kind", kind_name(entry.kind())},
                                              {"title", title_of(body)}})
              << "\n";
    return {};
  }
  std::cout << "Verified: entry " << proof.index.value << " of " << harmless(checkpoint.origin) << ", "
            << kind_name(entry.kind());
  if (const std::string title = title_of(body); !title.empty()) std::cout << " \"" << harmless(title) << "\"";
  std::cout << ", signed under its head of " << checkpoint.size.value << " entries.\n";
  if (opened.kept)
    std::cout << (opened.was_taken_back
                      ? "Its city has taken the log back since, with its recovery key, and keeps "
                        "the entries below "
                      : "Its city has changed its recovery words since, and keeps the entries below ")
              << opened.kept->value << ": this entry is " << (is_void ? "void" : "kept") << ".\n";
  std::cout
      << "Whether it was withdrawn later, or made void by a recovery, a proof does not say; a node does: "
         "koinon show\n";
  return {};
}

}  // namespace koinon
