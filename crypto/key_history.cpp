#include "crypto/key_history.h"

#include <algorithm>
#include <utility>

#include "proto/base/limits.h"

namespace koinon {
namespace {

Error refused(std::string why) { return fail(Code::kRefused, std::move(why), "statement"); }

std::vector<std::size_t> places_of_recoveries(const KeyHistory& keys) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < keys.changes().size(); ++i) {
    if (keys.changes()[i].is_recovery) out.push_back(i);
  }
  return out;
}

}  // namespace

KeyHistory::Change::Kind KeyHistory::Change::kind(bool takes_back) const {
  if (!is_recovery) return Kind::kRotation;
  return statement.recovery_key && !takes_back ? Kind::kNewWords : Kind::kRecovery;
}

std::uint64_t KeyHistory::recoveries() const {
  return static_cast<std::uint64_t>(std::count_if(changes().begin(), changes().end(),
                                                  [](const Change& change) { return change.is_recovery; }));
}

const KeyHistory::Change* KeyHistory::last_recovery() const {
  const auto last = std::find_if(changes().rbegin(), changes().rend(),
                                 [](const Change& change) { return change.is_recovery; });
  return last == changes().rend() ? nullptr : &*last;
}

std::uint64_t KeyHistory::recoveries_before(EntryIndex index) const {
  return static_cast<std::uint64_t>(
      std::count_if(changes().begin(), changes().end(), [&](const Change& change) {
        return change.is_recovery && change.statement.size.value <= index.value;
      }));
}

VKey KeyHistory::vkey() const {
  return changes().empty() ? identity_.vkey() : changes().back().statement.key;
}

const PublicKey& KeyHistory::recovery_key() const {
  for (auto change = changes().rbegin(); change != changes().rend(); ++change) {
    if (change->statement.recovery_key) return *change->statement.recovery_key;
  }
  return identity_.recovery_key;
}

std::string KeyHistory::origin(std::uint64_t recoveries) const {
  return recoveries == 0 ? identity_.origin() : identity_.origin() + "/" + std::to_string(recoveries);
}

Statement KeyHistory::next(bool is_recovery) const {
  Statement out;
  out.log = identity_.log_id();
  out.sequence = changes().size() + 1;
  out.before = changes().empty() ? Hash::from(out.log.view()) : changes().back().statement.digest();
  out.key.name = origin(recoveries() + (is_recovery ? 1 : 0));
  return out;
}

Result<KeyHistory> KeyHistory::kept(LogIdentity identity, const std::vector<Bytes>& notes) {
  KeyHistory out(std::move(identity));
  for (const Bytes& note : notes) KOINON_TRY(out.take(note, false));
  return out;
}

std::vector<Bytes> KeyHistory::notes() const {
  std::vector<Bytes> out;
  for (const Change& change : changes()) out.push_back(change.note);
  return out;
}

Status KeyHistory::add(BytesView note) { return take(note, true); }

Status KeyHistory::take(BytesView bytes, bool verify) {
  if (changes().size() >= limits::kStatements)
    return fail(Code::kTooLarge, "a log has at most 64 statements", "statement");
  if (bytes.size() > limits::kStatementBytes)
    return fail(Code::kTooLarge, "a statement has at most 8 KiB", "statement");
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  KOINON_ASSIGN(Statement statement, parse_statement_text(note.text));
  const VKey old_key = vkey();
  const VKey recovery{old_key.name, SignatureType::kEd25519, recovery_key()};
  // Both may have signed: it is the recovery's word then.
  const bool is_recovery = !note.by(recovery).empty();
  const VKey& signer = is_recovery ? recovery : old_key;
  if (verify) KOINON_TRY(verify_note(note, signer));
  const auto lines = note.by(signer);
  if (lines.empty()) return fail(Code::kBadSignature, "no key that may sign it has signed it", "statement");
  KOINON_TRY(check(statement, is_recovery));
  std::vector<Change> longer = changes();
  longer.push_back({std::move(statement), is_recovery, SignedNote{note.text, {*lines.front()}}.encode()});
  changes_ = std::make_shared<const std::vector<Change>>(std::move(longer));
  return {};
}

Status KeyHistory::check(const Statement& statement, bool is_recovery) const {
  const Statement expected = next(is_recovery);
  if (statement.log != expected.log) return refused("it is another log's");
  if (statement.sequence != expected.sequence || statement.before != expected.before)
    return refused("it does not follow the statement before it");
  if (statement.key.name != expected.key.name) return refused("its key is named after another origin");
  if (!is_recovery && statement.recovery_key)
    return refused("only the recovery key names another recovery key");
  if (knows(statement.key)) return refused("it names a key that the log had before, or one with its key id");
  const TreeSize least = changes().empty() ? TreeSize(1) : changes().back().statement.size;
  if (statement.size < least) return refused("it is about a smaller log than the statement before it");
  return {};
}

// Lines of a note name a key by its id: no two keys of one origin may have the same.
bool KeyHistory::knows(const VKey& key) const {
  const auto same = [&key](const VKey& other) {
    return other.key == key.key || (other.name == key.name && other.id() == key.id());
  };
  if (same(identity_.vkey()) || same({key.name, SignatureType::kEd25519, recovery_key()})) return true;
  return std::any_of(changes().begin(), changes().end(),
                     [&](const Change& change) { return same(change.statement.key); });
}

Result<KeyHistory> KeyHistory::before_recovery(TreeSize size, std::size_t stands) const {
  const std::size_t most = std::min(stands, limits::kRecoveryNumber - 1);
  std::size_t followed = 0;
  std::size_t recovered = 0;  // up to and with the last recovery
  for (std::size_t i = 0; i < changes().size(); ++i) {
    const Change& change = changes()[i];
    if (change.is_recovery && change.statement.size > size)
      return refused("an earlier recovery keeps " + std::to_string(change.statement.size.value) +
                     (change.statement.size.value == 1 ? " entry" : " entries") +
                     ", and none after it can keep fewer");
    if (change.is_recovery) recovered = i + 1;
    if (followed == i && i < most && change.statement.size < size) followed = i + 1;
  }
  return beginning(std::max(followed, recovered));
}

KeyHistory KeyHistory::beginning(std::size_t count) const {
  KeyHistory out(identity_);
  const auto end = changes().begin() + static_cast<std::ptrdiff_t>(std::min(count, changes().size()));
  out.changes_ = std::make_shared<const std::vector<Change>>(changes().begin(), end);
  return out;
}

// Looks at each key whose line the note has, under the origin that its text names. No key is there twice.
Result<KeyHistory::Head> KeyHistory::open_any_head(BytesView bytes) const {
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  KOINON_ASSIGN(const Checkpoint checkpoint, parse_checkpoint_text(note.text));
  std::optional<Head> out;
  VKey key = identity_.vkey();
  TreeSize from;
  std::uint64_t recoveries = 0;
  for (std::size_t i = 0; i <= changes().size(); ++i) {
    const Change* ends = i < changes().size() ? &changes()[i] : nullptr;
    const bool had_word = checkpoint.size >= from &&
                          (ends == nullptr || ends->is_recovery || checkpoint.size <= ends->statement.size);
    const bool is_named = key.name == checkpoint.origin && !note.by(key).empty();
    if (is_named && (!out || had_word) && verify_note(note, key).ok())
      out = Head{checkpoint, recoveries, had_word, key};
    if (ends == nullptr) break;
    key = ends->statement.key;
    from = ends->statement.size;
    recoveries += ends->is_recovery ? 1 : 0;
  }
  if (!out) return fail(Code::kBadSignature, "no key of the log's signed this head", "checkpoint");
  return *out;
}

// Of an earlier origin, by its own word.
bool KeyHistory::is_of_before(BytesView bytes) const {
  const auto note = parse_note(bytes);
  if (!note.ok()) return false;
  const auto checkpoint = parse_checkpoint_text(note->text);
  for (std::uint64_t i = 0; checkpoint.ok() && i < recoveries(); ++i) {
    if (checkpoint->origin == origin(i)) return true;
  }
  return false;
}

Result<KeyHistory::Head> KeyHistory::open_head(BytesView bytes) const {
  auto opened = open_any_head(bytes);
  if (!opened.ok()) {
    // A recovery may have voided the statement that brought the key which signed it.
    const bool is_before = opened.error().code == Code::kBadSignature && is_of_before(bytes);
    if (!is_before) return opened.error();
    return fail(Code::kRefused, "the log was taken back since with its recovery key", "checkpoint");
  }
  Head head = std::move(*opened);
  if (head.recoveries < recoveries())
    return fail(Code::kRefused, "the log was taken back since with its recovery key", "checkpoint");
  if (!head.had_word) return fail(Code::kRefused, "its key had no word at that size", "checkpoint");
  return head;
}

std::optional<TreeSize> KeyHistory::kept_of(std::uint64_t recoveries) const {
  std::optional<TreeSize> out;
  std::uint64_t seen = 0;
  for (const Change& change : changes()) {
    if (!change.is_recovery || ++seen <= recoveries) continue;
    out = std::min(out.value_or(change.statement.size), change.statement.size);
  }
  return out;
}

std::optional<TreeSize> KeyHistory::good_until(std::size_t statements) const {
  if (statements >= changes().size()) return std::nullopt;
  const bool was_taken_back =
      std::any_of(changes().begin() + static_cast<std::ptrdiff_t>(statements), changes().end(),
                  [](const Change& change) { return change.is_recovery; });
  return was_taken_back ? TreeSize(0) : changes()[statements].statement.size;
}

std::optional<Parting> find_parting(const KeyHistory& first, const KeyHistory& second) {
  const auto same = [&](std::size_t a, std::size_t b) {
    return first.changes()[a].statement == second.changes()[b].statement;
  };
  const auto of_first = places_of_recoveries(first);
  const auto of_second = places_of_recoveries(second);
  for (std::size_t i = 0; i < std::min(of_first.size(), of_second.size()); ++i) {
    if (!same(of_first[i], of_second[i])) return Parting{of_first[i], of_second[i]};
  }
  if (of_first.size() != of_second.size()) return std::nullopt;
  for (std::size_t i = 0; i < std::min(first.changes().size(), second.changes().size()); ++i) {
    if (!same(i, i)) return Parting{i, i};
  }
  return std::nullopt;
}

// A statement has its number, so two that are the same stand at the same place: those that part are both
// recoveries, or both rotations.
KeyOrder compare(const KeyHistory& first, const KeyHistory& second) {
  if (const auto parting = find_parting(first, second)) {
    const bool for_good = first.changes()[parting->of_first].is_recovery;
    return for_good ? KeyOrder::kContradictForGood : KeyOrder::kContradict;
  }
  const auto length = [](const KeyHistory& keys) {
    return std::pair(keys.recoveries(), keys.changes().size());
  };
  if (length(first) == length(second)) return KeyOrder::kSame;
  return length(first) > length(second) ? KeyOrder::kFirstGoesOn : KeyOrder::kSecondGoesOn;
}

}  // namespace koinon
