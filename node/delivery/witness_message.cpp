#include "node/delivery/witness_message.h"

#include <algorithm>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

WitnessReply says(WitnessSaid said, std::string told) { return {said, {}, {}, {}, std::move(told)}; }

// The lines of these keys, all of which verify. Lines of other keys are passed over, as tlog-witness says,
// also those of kinds that we do not know.
Result<std::vector<NoteSignature>> lines_of_keys(const std::string& answer, const std::string& text,
                                                 const std::vector<VKey>& keys) {
  KOINON_ASSIGN(const SignedNote note, parse_note(text + "\n" + answer));
  // An answer with an empty line of its own would make another text of the note.
  if (note.text != text) return fail(Code::kMalformed, "it has more than signature lines");
  if (note.signatures.size() > limits::kWitnessAnswerLines)
    return fail(Code::kTooLarge, "it has too many signature lines");
  std::vector<NoteSignature> out;
  for (const VKey& key : keys) {
    const auto lines = note.by(key);
    for (const NoteSignature* line : lines) {
      KOINON_ASSIGN(const std::uint64_t seconds, verify_cosignature({note.text, {*line}}, key));
      if (seconds == 0) return fail(Code::kMalformed, "a cosignature has no time");
    }
    if (!lines.empty()) out.push_back(*lines.front());
  }
  if (out.empty()) return fail(Code::kBadSignature, "it has no line of a key that witness.urls names for it");
  return out;
}

WitnessReply cosigned_answer(const std::string& answer, const std::string& text,
                             const std::vector<VKey>& keys) {
  auto lines = lines_of_keys(answer, text, keys);
  if (!lines.ok())
    return says(WitnessSaid::kFailed,
                "its answer is not a cosignature of our head: " + lines.error().message);
  WitnessReply out = says(WitnessSaid::kCosigned, "it has cosigned");
  out.lines = std::move(*lines);
  return out;
}

// The size in decimal and a newline. A newline that is missing does no harm.
WitnessReply other_old_answer(std::string_view answer) {
  if (answer.ends_with('\n')) answer.remove_suffix(1);
  const auto size = parse_decimal(answer);
  if (!size.ok() || *size > limits::kMaxLogSize)
    return says(WitnessSaid::kFailed, "it answered 409 without the size that it cosigned last");
  WitnessReply out =
      says(WitnessSaid::kOtherOld, "it had cosigned the head of " + std::string(answer) + " entries");
  out.size = TreeSize(*size);
  return out;
}

WitnessReply answer_of_status(const Transfers::Outcome& outcome, const std::string& text,
                              const std::vector<VKey>& keys) {
  switch (outcome.status) {
    case 200:
      return cosigned_answer(outcome.answer, text, keys);
    case 409:
      return other_old_answer(outcome.answer);
    case 400:
      return says(WitnessSaid::kRefused, "400: it does not take our request");
    case 422:
      return says(WitnessSaid::kRefused,
                  "422: it knows another history of our log than the one that is here");
    case 403:
      return says(WitnessSaid::kUnknown, "403: it knows our log under another key; register the key there");
    case 404:
      return says(WitnessSaid::kUnknown, "404: it does not know our log; register it there");
    case 429:
      return says(WitnessSaid::kFailed, "429: it is asked too often");
    default:
      return says(WitnessSaid::kFailed, "it answered " + std::to_string(outcome.status));
  }
}

}  // namespace

Result<WitnessableHead> witnessable(BytesView note) {
  KOINON_ASSIGN(SignedNote parsed, parse_note(note));
  WitnessableHead out;
  KOINON_ASSIGN(out.checkpoint, parse_checkpoint_text(parsed.text));
  out.note = divide_note(std::move(parsed), out.checkpoint.origin).own;
  if (out.note.signatures.empty()) return fail(Code::kMalformed, "the head has no line of its log", "note");
  return out;
}

std::string witness_request(TreeSize old_size, const HashPath& proof, const WitnessableHead& head) {
  std::string out = "old " + std::to_string(old_size.value) + "\n";
  for (const Hash& hash : proof) out += to_base64(hash.view()) + "\n";
  return out + "\n" + head.note.encode();
}

WitnessReply read_witness_answer(const Transfers::Outcome& outcome, const WitnessableHead& sent,
                                 const std::vector<VKey>& keys) {
  WitnessReply out;
  if (outcome.status == 0) {
    out = says(WitnessSaid::kFailed, filled(outcome.told.english, outcome.told.arguments));
  } else if (outcome.cut && (outcome.status == 200 || outcome.status == 409)) {
    out = says(WitnessSaid::kFailed, "its answer is too long, or did not come to its end");
  } else {
    out = answer_of_status(outcome, sent.note.text, keys);
  }
  if (outcome.retry_after)
    out.not_before = std::min<std::chrono::seconds>(*outcome.retry_after, limits::kWitnessBackoffMax);
  return out;
}

}  // namespace koinon
