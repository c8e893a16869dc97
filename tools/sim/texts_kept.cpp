#include "tools/sim/texts_kept.h"

#include <algorithm>

#include "crypto/attachment.h"
#include "proto/codec/entry.h"

namespace koinon::sim {
namespace {

// A store may count the grace time from when it last heard the time.
constexpr std::chrono::minutes kCounted{10};

// Of the recoveries that the node has missed, the one that keeps least: at most so much of what it holds
// stands.
RecoveryCommit least_of(const RecoveryCommit& recovery, const LogState& held) {
  RecoveryCommit least = recovery;
  const auto keys = KeyHistory::kept(held.identity(), recovery.notes);
  const bool has_head = held.whole || held.seen;
  const std::uint64_t known = held.keys.recoveries();
  const std::uint64_t under = has_head ? known : std::min(held.held_under, known);
  std::uint64_t number = 0;
  for (const KeyHistory::Change& change : keys.ok() ? keys->changes() : std::vector<KeyHistory::Change>()) {
    if (!change.is_recovery || ++number <= under || change.statement.size > least.size) continue;
    least.size = change.statement.size;
    least.root = change.statement.root;
  }
  return least;
}

}  // namespace

std::string TextsKept::name_of(const Place& place) const {
  const std::string city = truth_.known(place.first) ? truth_.log(place.first).identity.name : "nobody";
  return "entry " + std::to_string(place.second.value) + " of " + city;
}

// A text that its readers have. Nothing: it has none, or holds it for peers alone.
std::optional<TextsKept::Text> TextsKept::text_of(SimNode& node, const Place& place) {
  const auto& [log, index] = place;
  auto record = node.store().record(log, index);
  if (!record.ok() || record->state != BodyState::kHeld || record->body.empty() || record->transit)
    return std::nullopt;
  Text text;
  for (const AttachmentFact& fact : attachments_of(index, record->body)) {
    const auto file = node.store().attachment(log, index, fact.id.sha256);
    if (file.ok() && file->complete) text.files.insert(fact.id.sha256);
  }
  text.body = std::move(record->body);
  return text;
}

// Whether what has hidden it hides it still, and stands at `least` or later.
bool TextsKept::is_hidden(SimNode& node, const Place& place, const Hidden& hidden, TreeSize least) {
  const auto record = node.store().record(place.first, place.second);
  if (!record.ok() || record->state != BodyState::kErased || record->erased_by.value < least.value)
    return false;
  const auto by = node.store().entry(place.first, record->erased_by);
  return by.ok() && *by == hidden.by;
}

void TextsKept::keep_if_there(SimNode& node, const Place& place) {
  if (auto text = text_of(node, place)) before_.insert_or_assign(place, std::move(*text));
}

void TextsKept::forget(SimNode& node, const LogId& log) {
  std::erase_if(hidden_[node.index()], [&](const auto& one) { return one.first.first == log; });
}

// --- what is erased ---

void TextsKept::committing(SimNode& node, const std::vector<Intent>& intents) {
  before_.clear();
  waiting_.clear();
  for (const Intent& intent : intents) {
    const auto* commit = std::get_if<CommitRun>(&intent.body);
    if (commit == nullptr) continue;
    for (const WithdrawalFact& fact : commit->run.withdrawals)
      keep_if_there(node, {commit->run.log, fact.target});
  }
  // What else takes texts away in the same transaction, or brings them, is not the recovery's doing.
  const bool is_mixed = std::any_of(intents.begin(), intents.end(), [](const Intent& intent) {
    return std::holds_alternative<CommitFilter>(intent.body) ||
           std::holds_alternative<CommitRemoval>(intent.body) ||
           std::holds_alternative<CommitBodies>(intent.body);
  });
  for (const Intent& intent : intents) {
    const auto* recovery = std::get_if<CommitRecovery>(&intent.body);
    if (recovery != nullptr && !is_mixed) look_before(node, recovery->recovery);
  }
}

std::optional<std::string> TextsKept::committed(SimNode& node, const IntentBody& body) {
  if (const auto* commit = std::get_if<CommitRun>(&body)) {
    note_hidden(node, commit->run.log, commit->run.withdrawals);
  } else if (const auto* removal = std::get_if<CommitRemoval>(&body)) {
    forget(node, removal->log);
  } else if (const auto* recovery = std::get_if<CommitRecovery>(&body)) {
    return recovered(node, recovery->recovery);
  }
  return std::nullopt;
}

void TextsKept::signing(SimNode& node) {
  before_.clear();
  const auto own = node.store().log_state(node.log());
  for (std::uint64_t i = 0; own.ok() && i < own->range.size().value; ++i)
    keep_if_there(node, {node.log(), EntryIndex(i)});
}

void TextsKept::signed_own(SimNode& node, const std::vector<WithdrawalFact>& withdrawals) {
  note_hidden(node, node.log(), withdrawals);
}

void TextsKept::note_hidden(SimNode& node, const LogId& log, const std::vector<WithdrawalFact>& withdrawals) {
  for (const WithdrawalFact& fact : withdrawals) {
    const Place place{log, fact.target};
    const auto text = before_.find(place);
    const auto record = node.store().record(log, fact.target);
    if (text == before_.end() || !record.ok() || record->state != BodyState::kErased) continue;
    const auto by = node.store().entry(log, record->erased_by);
    if (by.ok()) hidden_[node.index()].insert_or_assign(place, Hidden{text->second, *by, node.grace_clock()});
  }
}

// --- what is taken back ---

void TextsKept::recovering(SimNode& node, const RecoveryCommit& recovery) {
  before_.clear();
  waiting_.clear();
  look_before(node, recovery);
}

// What it holds is of the branch that the recovery keeps.
void TextsKept::look_before(SimNode& node, const RecoveryCommit& recovery) {
  const auto held = node.store().log_state(recovery.log);
  if (!held.ok() || recovery.anew) return;
  const RecoveryCommit least = least_of(recovery, *held);
  const TreeSize size = std::min(held->range.size(), least.size);
  if (size == least.size) {
    const auto root = node.store().root_at(recovery.log, size);
    if (!root.ok() || *root != least.root) return;
  }
  for (std::uint64_t i = 0; i < size.value; ++i) keep_if_there(node, {recovery.log, EntryIndex(i)});
  for (const auto& [place, hidden] : hidden_[node.index()]) {
    if (place.first == recovery.log && place.second.value < size.value &&
        is_hidden(node, place, hidden, least.size))
      waiting_.insert(place);
  }
}

std::optional<std::string> TextsKept::recovered(SimNode& node, const RecoveryCommit& recovery) {
  const auto held = node.store().log_state(recovery.log);
  const auto lost = lost_by_recovery(node, recovery.log);
  const auto wrong = held.ok() ? returned(node, recovery) : std::nullopt;
  if (!held.ok()) forget(node, recovery.log);
  return lost ? lost : wrong;
}

std::optional<std::string> TextsKept::lost_by_recovery(SimNode& node, const LogId& log) const {
  for (const auto& [place, text] : before_) {
    if (place.first != log) continue;
    const auto now = text_of(node, place);
    if (!now) return "has lost the text of " + name_of(place) + ", which a recovery keeps";
    if (!std::includes(now->files.begin(), now->files.end(), text.files.begin(), text.files.end()))
      return "has lost a file of " + name_of(place) + ", which a recovery keeps";
  }
  return std::nullopt;
}

std::optional<std::string> TextsKept::returned(SimNode& node, const RecoveryCommit& recovery) {
  auto& hidden = hidden_[node.index()];
  std::optional<std::string> wrong;
  for (const Place& place : waiting_) {
    const auto one = hidden.find(place);
    // Void entries go piece by piece: what is hidden by one that is here yet waits for the next piece.
    if (place.first != recovery.log || one == hidden.end() ||
        is_hidden(node, place, one->second, recovery.size))
      continue;
    if (!wrong) wrong = wrongly_hidden(node, place, one->second, recovery.filter);
    hidden.erase(one);
  }
  return wrong;
}

std::optional<std::string> TextsKept::wrongly_hidden(SimNode& node, const Place& place, const Hidden& hidden,
                                                     const BodyFilter& filter) const {
  const auto now = text_of(node, place);
  const std::chrono::milliseconds over_at = hidden.at + grace_;
  if (now && over_at <= node.folded_at())
    return "has the text of " + name_of(place) + " again, whose grace time was over";
  const auto entry = node.store().entry(place.first, place.second);
  const auto parsed = entry.ok() ? parse_entry(*entry) : Result<v1::Entry>(entry.error());
  if (!parsed.ok() || !filter.wants(*parsed) || node.latest_fold() >= over_at - kCounted) return std::nullopt;
  if (!now) return "has lost the text of " + name_of(place) + ", which was hidden by what is void";
  const auto& files = hidden.text.files;
  if (!std::includes(now->files.begin(), now->files.end(), files.begin(), files.end()))
    return "has lost a file of " + name_of(place) + ", which was hidden by what is void";
  return std::nullopt;
}

// --- starts, and what is over ---

// A power loss may have taken back what had hidden a text.
void TextsKept::began(SimNode& node, bool older) {
  before_.clear();
  waiting_.clear();
  auto& hidden = hidden_[node.index()];
  if (older) hidden.clear();
  std::erase_if(hidden,
                [&](const auto& one) { return !is_hidden(node, one.first, one.second, TreeSize(0)); });
  for (auto& [place, one] : hidden) one.gone = false;
}

std::optional<std::string> TextsKept::left_over(SimNode& node) {
  const auto all = hidden_.find(node.index());
  if (all == hidden_.end()) return std::nullopt;
  for (auto& [place, hidden] : all->second) {
    if (hidden.gone || hidden.at + grace_ > node.folded_at()) continue;
    if (is_hidden(node, place, hidden, TreeSize(0)) && node.has_erased(hidden.text.body))
      return "still has bytes of " + name_of(place) + ", whose grace time is over";
    hidden.gone = true;
  }
  return std::nullopt;
}

}  // namespace koinon::sim
