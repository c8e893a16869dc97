// Verifies a proof without a node: that of a city, with its note and the keys of its log beside it, or that
// of another system; and the cosignatures that a policy asks for.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "crypto/key_history_text.h"
#include "crypto/tlog_policy.h"
#include "crypto/tlog_proof.h"
#include "node/text/time_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "tools/commands.h"
#include "tools/input_file.h"
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
  KOINON_ASSIGN(const Bytes bytes, read_input(file, limits::kBodyBytes));
  if (bytes.size() != claim.size || sha256(bytes).view() != claim.digest) {
    return fail(Code::kBadProof, "the note is not the one that the entry commits to", file);
  }
  KOINON_ASSIGN(body, parse_body(bytes));
  return {};
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

// The keys of the log, if they stand beside the proof.
Result<std::optional<KeyHistory>> read_keys_beside(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::optional<KeyHistory>();
  KOINON_ASSIGN(const Bytes text, read_input(file, limits::kKeyHistoryBytes));
  KOINON_ASSIGN(KeyHistory keys, parse_key_history(text));
  return std::optional<KeyHistory>(std::move(keys));
}

bool was_key_of(const KeyHistory& keys, const VKey& vkey) {
  return keys.identity().vkey() == vkey || std::ranges::any_of(keys.changes(), [&](const auto& change) {
           return change.statement.key == vkey;
         });
}

// What the vkey leads to: with the keys beside the proof, whichever key of that log signed its head.
Result<OpenedProof> open_proof(const TlogProof& proof, const VKey& vkey,
                               const std::optional<KeyHistory>& keys, const std::string& file) {
  if (!keys) {
    const auto checkpoint = verify_tlog_proof(proof, vkey);
    if (checkpoint.ok()) return OpenedProof{*checkpoint, std::nullopt, false};
    if (checkpoint.error().code != Code::kBadSignature) return checkpoint.error();
    return fail(Code::kBadSignature,
                checkpoint.error().message + "; if its city has changed its key, " + file +
                    " belongs beside the proof",
                checkpoint.error().field);
  }
  if (!was_key_of(*keys, vkey))
    return fail(Code::kBadSignature, "these are the keys of another log, or of no key that you know", file);
  KOINON_ASSIGN(const KeyHistory::Head head, verify_tlog_proof(proof, *keys));
  return OpenedProof{head.checkpoint, keys->kept_of(head.recoveries), was_taken_back(*keys, head)};
}

// The log of this proof as the policy lists it. With the keys beside the proof any of them may be listed:
// each leads to all others, as with a vkey that is given.
Result<VKey> listed_log(const SignedNote& note, const TlogPolicy& policy,
                        const std::optional<KeyHistory>& keys) {
  if (policy.logs.empty())
    return fail(Code::kBadSignature, "the policy lists no log: say which log it is with --vkey", "log");
  if (!keys) return find_policy_log(note, policy);
  for (const TlogPolicy::Log& log : policy.logs) {
    const auto vkey = log.key.vkey();
    if (vkey && was_key_of(*keys, *vkey)) return *vkey;
  }
  return fail(Code::kBadSignature, "the policy does not list the log " + keys->identity().origin(), "log");
}

std::string title_of(const v1::Body& body) {
  if (body.has_practice()) return body.practice().title();
  if (body.has_adoption()) return body.adoption().title();
  if (body.has_question()) return body.question().title();
  if (body.has_answer()) return body.answer().title();
  if (body.has_profile()) return body.profile().display_name();
  return {};
}

// The proof file, and what is known of who may have signed it.
struct GivenProof {
  TlogProof proof;
  SignedNote note;
  VKey vkey;
  std::optional<KeyHistory> keys;
  std::optional<TlogPolicy> policy;
  bool is_citys = false;  // its log is one of Koinon's
};

Result<GivenProof> read_given(const VerifyArguments& arguments) {
  GivenProof out;
  if (!arguments.policy.empty()) {
    KOINON_ASSIGN(const Bytes text, read_input(arguments.policy, limits::kPolicyBytes));
    KOINON_ASSIGN(out.policy, parse_tlog_policy(text));
  }
  std::optional<VKey> vkey;
  if (!arguments.vkey.empty()) {
    KOINON_ASSIGN(vkey, parse_vkey(without_blanks(arguments.vkey)));
  }
  KOINON_ASSIGN(const Bytes text, read_input(arguments.file, limits::kProofFileBytes));
  KOINON_ASSIGN(out.proof, parse_tlog_proof(text));
  if (!arguments.leaf.empty()) {
    KOINON_ASSIGN(out.proof.extra, read_input(arguments.leaf, limits::kProofFileBytes));
  }
  if (!out.proof.extra)
    return fail(Code::kBadProof, "the proof carries no entry: give the file that has its bytes with --leaf",
                "extra");
  KOINON_ASSIGN(out.note, parse_note(out.proof.checkpoint));
  KOINON_ASSIGN(out.keys, read_keys_beside(arguments.file + ".keys"));
  // A policy without logs leaves it to --vkey which log it is.
  if (out.policy && (!vkey || !out.policy->logs.empty())) {
    KOINON_ASSIGN(const VKey listed, listed_log(out.note, *out.policy, out.keys));
    if (!vkey) vkey = listed;
  }
  if (!vkey) return fail(Code::kInvalidArgument, "say which log it is, with --vkey or with --policy");
  out.vkey = std::move(*vkey);
  return out;
}

Result<OpenedProof> open_given(const GivenProof& given, const VerifyArguments& arguments) {
  auto opened = open_proof(given.proof, given.vkey, given.keys, arguments.file + ".keys");
  if (opened.ok() || given.is_citys || !arguments.leaf.empty() || opened.error().code != Code::kBadProof)
    return opened;
  return fail(Code::kBadProof,
              opened.error().message +
                  "; if the proof of this system does not carry the entry itself, give its bytes with --leaf",
              opened.error().field);
}

std::string time_of_cosignature(std::uint64_t seconds) {
  constexpr std::uint64_t kLatest = 253'402'300'799;  // the end of the year 9999
  return time_text(UnixMillis(static_cast<std::int64_t>(std::min(seconds, kLatest)) * 1000));
}

json::object policy_json(const TlogPolicy& policy, const PolicyOutcome& outcome) {
  json::array cosigned;
  for (const auto& one : outcome.cosigned)
    cosigned.push_back(json::object{
        {"name", harmless(one.witness)}, {"vkey", one.key.text()}, {"at", time_of_cosignature(one.seconds)}});
  json::array missing;
  for (const std::string& name : outcome.missing) missing.push_back(json::string(harmless(name)));
  return {{"quorum", harmless(policy.quorum)}, {"cosigned", cosigned}, {"missing", missing}};
}

void print_policy(const TlogPolicy& policy, const PolicyOutcome& outcome) {
  if (policy.quorum == "none") {
    std::cout << "The policy asks for no cosignature";
  } else {
    std::cout << "The policy's quorum, " << harmless(policy.quorum) << ", is met";
  }
  std::cout << ". Of its " << policy.witnesses.size() << " cosigners " << outcome.cosigned.size()
            << " signed this head, each with its time:\n";
  for (const auto& one : outcome.cosigned)
    std::cout << "  " << time_of_cosignature(one.seconds) << "  " << harmless(one.witness) << "\n";
}

// What the entry says, of a city's log.
struct Said {
  std::string kind;
  std::string title;
};

Result<Said> read_said(const GivenProof& given, const std::string& body_file) {
  if (!given.is_citys) return Said{};
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(*given.proof.extra));
  v1::Body body;
  KOINON_TRY(check_body(entry, body_file, body));
  return Said{std::string(kind_name(entry.kind())), title_of(body)};
}

void print_said(const GivenProof& given, const Checkpoint& checkpoint, const Said& said) {
  std::cout << "Verified: entry " << given.proof.index.value << " of " << harmless(checkpoint.origin) << ", ";
  if (given.is_citys) {
    std::cout << said.kind;
    if (!said.title.empty()) std::cout << " \"" << harmless(said.title) << "\"";
  } else {
    std::cout << given.proof.extra->size() << " bytes with SHA-256 "
              << to_hex(sha256(*given.proof.extra).view());
  }
  std::cout << ", signed under its head of " << checkpoint.size.value << " entries.\n";
}

void print_standing(const OpenedProof& opened, bool is_void) {
  if (opened.kept)
    std::cout << (opened.was_taken_back
                      ? "Its city has taken the log back since, with its recovery key, and keeps "
                        "the entries below "
                      : "Its city has changed its recovery words since, and keeps the entries below ")
              << opened.kept->value << ": this entry is " << (is_void ? "void" : "kept") << ".\n";
  std::cout
      << "Whether it was withdrawn later, or made void by a recovery, a proof does not say; a node does: "
         "koinon show\n";
}

}  // namespace

Status run_verify(const Common& common, const VerifyArguments& arguments) {
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(GivenProof given, read_given(arguments));
  given.is_citys = parse_origin(given.note.text.substr(0, given.note.text.find('\n'))).ok();
  KOINON_ASSIGN(const OpenedProof opened, open_given(given, arguments));
  const Checkpoint& checkpoint = opened.checkpoint;
  const bool is_void = opened.kept && given.proof.index.value >= opened.kept->value;
  KOINON_ASSIGN(const Said said, read_said(given, arguments.file + ".body"));
  PolicyOutcome outcome;
  if (given.policy) {
    KOINON_ASSIGN(outcome, check_quorum(given.note, *given.policy));
  }
  if (common.json) {
    json::object out{{"verified", true},
                     {"origin", checkpoint.origin},
                     {"index", given.proof.index.value},
                     {"size", checkpoint.size.value},
                     {"void", is_void},
                     {"kind", said.kind},
                     {"title", said.title},
                     {"entry_sha256", to_hex(sha256(*given.proof.extra).view())}};
    if (given.policy) out["policy"] = policy_json(*given.policy, outcome);
    std::cout << json::serialize(out) << "\n";
    return {};
  }
  print_said(given, checkpoint, said);
  if (given.policy) print_policy(*given.policy, outcome);
  if (given.is_citys) print_standing(opened, is_void);
  return {};
}

}  // namespace koinon
