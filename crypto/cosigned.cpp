#include "crypto/cosigned.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

bool counts(const CosignatureLine& line) { return line.seconds.has_value(); }

// A city has one line that counts: the latest that came. A key has one line; the one that counts stays.
void put_line(std::vector<CosignatureLine>& lines, const CosignatureLine& line) {
  const auto of_key = std::find_if(lines.begin(), lines.end(), [&](const CosignatureLine& one) {
    return one.city == line.city && one.signature.key_id == line.signature.key_id;
  });
  if (of_key != lines.end() && (counts(*of_key) || !counts(line))) {
    of_key->rank = line.rank;
    return;
  }
  std::erase_if(lines, [&](const CosignatureLine& one) {
    const bool is_of_key = one.signature.key_id == line.signature.key_id;
    return one.city == line.city && (is_of_key || (counts(one) && counts(line)));
  });
  lines.push_back(line);
}

bool is_too_long(const CosignatureLine& line) {
  return !counts(line) && line.signature.signature.size() > limits::kUnknownLineBytes;
}

auto order_of(const CosignatureLine& line) {
  return std::tuple(!counts(line), line.rank, line.city, line.signature.key_id);
}

auto size_of(const CosignedHead& head) { return std::tuple(head.recoveries, head.head.size); }

bool is_better(const CosignedHead& one, const CosignedHead& other) {
  return std::tuple(one.cities(), one.head.size) > std::tuple(other.cities(), other.head.size);
}

}  // namespace

std::size_t CosignedHead::cities() const {
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), counts));
}

CosignedBrief brief_of(const CosignedHead& head) {
  CosignedBrief out{head.recoveries, head.head.size, head.head.root, head.since, {}, {}};
  for (const CosignatureLine& line : head.lines)
    (counts(line) ? out.key_ids : out.unknown).push_back(line.signature.key_id);
  return out;
}

bool may_follow(const std::optional<LastCosigned>& before, const LastCosigned& next) {
  if (!before || next.recoveries > before->recoveries) return true;
  if (next.recoveries < before->recoveries || next.size < before->size) return false;
  return next.size > before->size || next.root == before->root;
}

std::vector<CosignatureLine> merged_lines(std::vector<CosignatureLine> kept,
                                          const std::vector<CosignatureLine>& more) {
  for (const CosignatureLine& line : more) {
    if (!is_too_long(line)) put_line(kept, line);
  }
  std::sort(kept.begin(), kept.end(), [](const CosignatureLine& one, const CosignatureLine& other) {
    return order_of(one) < order_of(other);
  });
  std::size_t unknown = 0;
  std::erase_if(
      kept, [&](const CosignatureLine& line) { return !counts(line) && ++unknown > limits::kUnknownLines; });
  if (kept.size() > limits::kCosignatures) kept.resize(limits::kCosignatures);
  return kept;
}

std::vector<CosignedHead> with_head(std::vector<CosignedHead> kept, const CosignedHead& head,
                                    UnixMillis now) {
  std::erase_if(kept, [&](const CosignedHead& one) {
    return size_of(one) == size_of(head) && one.head.root != head.head.root;
  });
  const auto known = std::find_if(kept.begin(), kept.end(),
                                  [&](const CosignedHead& one) { return size_of(one) == size_of(head); });
  if (known != kept.end()) {
    known->lines = merged_lines(std::move(known->lines), head.lines);
  } else {
    kept.push_back(head);
    kept.back().lines = merged_lines({}, head.lines);
  }
  std::sort(kept.begin(), kept.end(),
            [](const CosignedHead& one, const CosignedHead& other) { return size_of(one) > size_of(other); });
  const std::uint64_t newest_origin = kept.front().recoveries;
  std::erase_if(kept, [&](const CosignedHead& one) { return one.recoveries < newest_origin; });
  const CosignedHead* best = best_witnessed(kept);
  std::vector<CosignedHead> out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const bool is_open = i < limits::kOpenHeads && now.value - kept[i].since.value <
                                                       std::chrono::milliseconds(limits::kOpenFor).count();
    if (i == 0 || is_open || &kept[i] == best) out.push_back(kept[i]);
  }
  return out;
}

const CosignedHead* best_witnessed(const std::vector<CosignedHead>& heads) {
  const CosignedHead* best = nullptr;
  for (const CosignedHead& head : heads) {
    if (head.cities() > 0 && (best == nullptr || is_better(head, *best))) best = &head;
  }
  return best;
}

Bytes cosigned_note(const CosignedHead& head) {
  Bytes out = head.head.note;
  const auto own = parse_note(out);
  if (!own.ok()) return out;
  std::size_t lines = own->signatures.size();
  for (const CosignatureLine& one : head.lines) {
    if (lines >= limits::kHeadNoteLines) break;
    const std::string line = one.signature.line();
    if (out.size() + line.size() > limits::kHeadNoteBytes) continue;
    out += line;
    ++lines;
  }
  return out;
}

namespace {

struct NamedCosigner {
  const KnownCosigner* known = nullptr;
  std::uint32_t key_id = 0;
};

// The note of a head with the log's own line alone. KeyHistory::open_head has verified all lines of that key.
Bytes own_note(const SignedNote& note, const VKey& key) {
  return SignedNote{note.text, {*note.by(key).front()}}.encode();
}

// The lines under the name that the text begins with, which alone say whether the log signed it.
Result<KeyHistory::Head> open_own(const KeyHistory& keys, const SignedNote& note,
                                  const CosignedChecks& checks) {
  const std::string_view origin = std::string_view(note.text).substr(0, note.text.find('\n'));
  const SignedNote own = divide_note(note, origin).own;
  return checks.open(own.signatures.empty() ? note.encode() : own.encode(), keys);
}

// A line under this cosigner's name. Nothing: its signature is wrong.
std::optional<CosignatureLine> read_line(const SignedNote& note, const NoteSignature& signature,
                                         const NamedCosigner& cosigner, const CosignedChecks& checks) {
  CosignatureLine out{cosigner.known->city, signature, std::nullopt, cosigner.known->rank};
  if (signature.key_id != cosigner.key_id) return out;
  const auto seconds = checks.cosignature({note.text, {signature}}, cosigner.known->vkey);
  if (!seconds.ok()) return std::nullopt;
  out.seconds = *seconds;
  return out;
}

}  // namespace

Result<CosignedHead> open_cosigned(const KeyHistory& keys, BytesView bytes,
                                   const std::vector<KnownCosigner>& cosigners,
                                   const CosignedChecks& checks) {
  if (bytes.size() > limits::kHeadNoteBytes)
    return fail(Code::kTooLarge, "the note of a head has at most 32 KiB", "checkpoint");
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  if (note.signatures.size() > limits::kHeadNoteLines)
    return fail(Code::kTooLarge, "the note of a head has at most 16 signature lines", "checkpoint");
  KOINON_ASSIGN(const KeyHistory::Head head, open_own(keys, note, checks));
  // Cosignatures are kept and given with the three lines that are derived from size and root.
  if (note.text != head.checkpoint.text())
    return fail(Code::kRefused, "a head with lines of extensions is not cosigned", "checkpoint");
  CosignedHead out{
      head.recoveries, {head.checkpoint.size, head.checkpoint.root, own_note(note, head.key)}, {}, {}};
  const LogId log = keys.identity().log_id();
  std::map<std::string_view, NamedCosigner> by_name;
  for (const KnownCosigner& cosigner : cosigners) {
    if (cosigner.city != log) by_name[cosigner.vkey.name] = {&cosigner, cosigner.vkey.id()};
  }
  std::vector<CosignatureLine> lines;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name == head.key.name) {
      if (signature.key_id != head.key.id()) lines.push_back({log, signature, std::nullopt, 0});
      continue;
    }
    const auto named = by_name.find(signature.name);
    if (named == by_name.end()) continue;
    if (auto line = read_line(note, signature, named->second, checks)) lines.push_back(std::move(*line));
  }
  out.lines = merged_lines({}, lines);
  return out;
}

std::map<LogId, std::set<std::uint32_t>> cities_in(BytesView bytes, const LogId& log) {
  std::map<LogId, std::set<std::uint32_t>> out;
  if (bytes.size() > limits::kHeadNoteBytes) return {};
  const auto note = parse_note(bytes);
  if (!note.ok() || note->signatures.size() > limits::kHeadNoteLines) return {};
  for (const NoteSignature& signature : note->signatures) {
    const auto origin = parse_origin(signature.name);
    if (origin.ok() && origin->log != log) out[origin->log].insert(signature.key_id);
  }
  return out;
}

}  // namespace koinon
