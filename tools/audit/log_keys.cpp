#include "tools/audit/log_keys.h"

#include <algorithm>

#include "crypto/key_history_text.h"

namespace koinon::audit {

bool LogKeys::is_of_a_named_key(const KeyHistory& history) const {
  return std::any_of(named_.begin(), named_.end(), [&](const VKey& key) {
    return history.identity().vkey() == key ||
           std::any_of(history.changes().begin(), history.changes().end(),
                       [&](const KeyHistory::Change& change) { return change.statement.key == key; });
  });
}

// A history knows which key had the word at which size, so a key that was replaced signs nothing any more.
Result<LogKeys::Head> LogKeys::open(BytesView bytes) const {
  KOINON_ASSIGN(SignedNote note, parse_note(bytes));
  KOINON_ASSIGN(Checkpoint checkpoint, parse_checkpoint_text(note.text));
  if (history_) {
    KOINON_ASSIGN(const KeyHistory::Head head, history_->open_head(bytes));
    return Head{std::move(checkpoint), std::move(note), head.recoveries};
  }
  Error why = fail(Code::kBadSignature, "no key that was named has signed it", "checkpoint");
  for (const VKey& key : named_) {
    if (note.by(key).empty()) continue;
    if (const Status verified = verify_note(note, key); !verified.ok()) {
      why = verified.error();
      continue;
    }
    if (checkpoint.origin == (origin_.empty() ? key.name : origin_))
      return Head{std::move(checkpoint), std::move(note), 0};
    why = fail(Code::kBadSignature, "its origin is not the one that was named, but " + checkpoint.origin,
               "checkpoint");
  }
  return why;
}

LogKeys::Adopted LogKeys::adopt(BytesView text) {
  auto shown = parse_key_history(text);
  if (!shown.ok() || !is_of_a_named_key(*shown)) return Adopted::kNothingNew;
  if (!history_) {
    if (shown->changes().empty()) return Adopted::kNothingNew;
    history_ = std::move(*shown);
    return Adopted::kNewer;
  }
  if (history_->identity() != shown->identity()) return Adopted::kNothingNew;
  const KeyOrder order = compare(*history_, *shown);
  if (order == KeyOrder::kSecondGoesOn) {
    history_ = std::move(*shown);
    return Adopted::kNewer;
  }
  return order == KeyOrder::kContradict || order == KeyOrder::kContradictForGood ? Adopted::kContradicts
                                                                                 : Adopted::kNothingNew;
}

Status LogKeys::restore(BytesView text) {
  auto kept = parse_key_history(text);
  if (!kept.ok()) return again_as(Code::kMalformed, kept.error(), "state");
  if (!is_of_a_named_key(*kept))
    return fail(Code::kRefused, "the state is of a log that none of these keys belongs to", "vkey");
  history_ = std::move(*kept);
  return {};
}

}  // namespace koinon::audit
