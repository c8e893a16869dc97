#include "node/reading/kept_witnesses.h"

#include <algorithm>
#include <iterator>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

bool is_of(const NoteSignature& line, const VKey& key) {
  return line.name == key.name && line.key_id == key.id();
}

bool is_of_one(const NoteSignature& line, const std::vector<VKey>& keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const VKey& key) { return is_of(line, key); });
}

// Cuts a note in two: what the log signed, and the lines of others.
Result<WitnessedHead> opened_head(BytesView note) {
  KOINON_ASSIGN(SignedNote parsed, parse_note(note));
  WitnessedHead out;
  KOINON_ASSIGN(out.checkpoint, parse_checkpoint_text(parsed.text));
  DividedNote divided = divide_note(std::move(parsed), out.checkpoint.origin);
  if (divided.own.signatures.empty())
    return fail(Code::kMalformed, "a head that was cosigned lacks the line of its log", "witnessed");
  out.note = divided.own.encode();
  out.lines = std::move(divided.others);
  return out;
}

void put_line(std::vector<NoteSignature>& lines, const NoteSignature& line) {
  for (NoteSignature& kept : lines) {
    if (kept.name != line.name || kept.key_id != line.key_id) continue;
    kept = line;
    return;
  }
  lines.push_back(line);
}

}  // namespace

Bytes WitnessedHead::witnessed_note() const {
  Bytes out = note;
  for (const NoteSignature& line : lines) out += line.line();
  return out;
}

// Each note follows its length in four bytes.
Bytes KeptWitnesses::encode() const {
  Bytes out;
  // The newest first: it must have room.
  for (auto head = heads_.rbegin(); head != heads_.rend(); ++head) {
    const Bytes note = head->witnessed_note();
    if (out.size() + 4 + note.size() > limits::kWitnessedBytes) continue;
    put_u32(out, static_cast<std::uint32_t>(note.size()));
    out += note;
  }
  return out;
}

Result<KeptWitnesses> KeptWitnesses::decode(BytesView bytes) {
  const Error damaged = fail(Code::kMalformed, "what is kept of witnesses is damaged", "witnessed");
  if (bytes.size() > limits::kWitnessedBytes) return damaged;
  KeptWitnesses out;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || out.heads_.size() == limits::kWitnessedHeads) return damaged;
    const std::size_t length = get_u32(bytes);
    bytes.remove_prefix(4);
    if (length > bytes.size()) return damaged;
    KOINON_ASSIGN(WitnessedHead head, opened_head(bytes.substr(0, length)));
    bytes.remove_prefix(length);
    out.heads_.push_back(std::move(head));
  }
  std::reverse(out.heads_.begin(), out.heads_.end());
  return out;
}

Status KeptWitnesses::add(BytesView note, const std::vector<NoteSignature>& lines) {
  KOINON_ASSIGN(WitnessedHead head, opened_head(note));
  head.lines.clear();
  std::erase_if(heads_,
                [&](const WitnessedHead& kept) { return kept.checkpoint.origin != head.checkpoint.origin; });
  const auto place = std::lower_bound(
      heads_.begin(), heads_.end(), head,
      [](const auto& kept, const auto& added) { return kept.checkpoint.size < added.checkpoint.size; });
  const bool is_kept = place != heads_.end() && place->checkpoint == head.checkpoint;
  // One size and another root: the log that is held is the one that counts.
  const bool replaces = place != heads_.end() && place->checkpoint.size == head.checkpoint.size && !is_kept;
  if (replaces) *place = head;
  WitnessedHead& chosen = is_kept || replaces ? *place : *heads_.insert(place, std::move(head));
  for (const NoteSignature& line : lines) put_line(chosen.lines, line);
  while (heads_.size() > limits::kWitnessedHeads) forget_one();
  return {};
}

void KeptWitnesses::forget_one() {
  const auto fewest =
      std::min_element(heads_.begin(), std::prev(heads_.end()),
                       [](const auto& a, const auto& b) { return a.lines.size() < b.lines.size(); });
  heads_.erase(fewest);
}

void KeptWitnesses::keep_only(const std::vector<VKey>& keys) {
  for (WitnessedHead& head : heads_)
    std::erase_if(head.lines, [&](const NoteSignature& line) { return !is_of_one(line, keys); });
  std::erase_if(heads_, [](const WitnessedHead& head) { return head.lines.empty(); });
}

std::vector<NoteSignature> KeptWitnesses::lines_for(TreeSize size, const Hash& root) const {
  for (const WitnessedHead& head : heads_) {
    if (head.checkpoint.size == size && head.checkpoint.root == root) return head.lines;
  }
  return {};
}

TreeSize KeptWitnesses::newest_of(std::string_view origin, const std::vector<VKey>& keys) const {
  TreeSize out;
  for (const WitnessedHead& head : heads_) {
    const bool cosigned = head.checkpoint.origin == origin &&
                          std::any_of(head.lines.begin(), head.lines.end(),
                                      [&](const NoteSignature& line) { return is_of_one(line, keys); });
    if (cosigned) out = std::max(out, head.checkpoint.size);
  }
  return out;
}

Result<KeptWitnesses> read_kept_witnesses(StoreReader& store, const LogId& log) {
  KOINON_ASSIGN(const auto own, store.own_log());
  if (own != log) return KeptWitnesses();
  KOINON_ASSIGN(const auto setting, store.setting(kWitnessed));
  if (!setting) return KeptWitnesses();
  auto kept = KeptWitnesses::decode(*setting);
  return kept.ok() ? std::move(*kept) : KeptWitnesses();
}

}  // namespace koinon
