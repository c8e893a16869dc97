#include "node/reading/cosigned_view.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "node/reading/kept_witnesses.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// What a log names, up to the newest entry that says that the keys before it are lost.
std::vector<VKey> counting_keys(StoreReader& store, const LogId& city) {
  std::vector<VKey> out;
  const auto log = store.log_state(city);
  const auto keys = store.cosigner_keys(city);
  if (!log.ok() || !keys.ok() || log->frozen) return out;
  for (const CosignerKey& key : *keys) {
    if (key.lost) break;
    out.push_back({log->keys.vkey().name, SignatureType::kCosignatureV1, key.key});
  }
  return out;
}

void keep_counting(CosignedHead& head, CosignerKeys& keys) {
  std::erase_if(head.lines,
                [&](const CosignatureLine& line) { return !line.seconds || keys.of(line) == nullptr; });
}

// Whether the head is of the log as it is held.
bool is_held(StoreReader& store, const LogState& log, const Checkpoint& head) {
  if (head.origin != log.keys.vkey().name || !log.whole || head.size > log.whole->size) return false;
  const auto root = store.root_at(log.id, head.size);
  return root.ok() && *root == head.root;
}

// The heads that cities or witnesses have signed, with the lines that count.
Result<std::vector<ProvingHead>> signed_heads(StoreReader& store, CosignerKeys& keys, const LogState& log) {
  std::vector<ProvingHead> out;
  KOINON_ASSIGN(std::vector<CosignedHead> cosigned, store.cosigned(log.id));
  KOINON_ASSIGN(const KeptWitnesses witnessed, read_kept_witnesses(store, log.id));
  for (CosignedHead& head : cosigned) {
    if (head.recoveries != log.keys.recoveries()) continue;
    keep_counting(head, keys);
    const StoredHead& stored = head.head;
    std::vector<NoteSignature> lines = witnessed.lines_for(stored.size, stored.root);
    out.push_back({std::move(head), {}, {}, std::move(lines)});
  }
  for (const WitnessedHead& head : witnessed.heads()) {
    const bool is_there = std::any_of(out.begin(), out.end(), [&](const ProvingHead& one) {
      return one.head.head.size == head.checkpoint.size;
    });
    if (is_there || !is_held(store, log, head.checkpoint)) continue;
    out.push_back({{log.keys.recoveries(), head.head(), {}, {}}, {}, {}, head.lines});
  }
  return out;
}

// Of those that have the entry; of several the largest. Null: nobody has signed any.
const ProvingHead* best_of(const std::vector<ProvingHead>& heads, EntryIndex index) {
  const auto rank = [](const ProvingHead& head) {
    return std::pair(head.head.cities() + head.witnesses.size(), head.head.head.size);
  };
  const ProvingHead* best = nullptr;
  for (const ProvingHead& head : heads) {
    if (head.head.head.size.value <= index.value || rank(head).first == 0) continue;
    if (best == nullptr || rank(head) > rank(*best)) best = &head;
  }
  return best;
}

UnixMillis time_of(std::uint64_t seconds) {
  constexpr std::uint64_t kLast = 253'402'300'799;
  return {static_cast<std::int64_t>(std::min(seconds, kLast)) * 1000};
}

std::string country_of(IndexReader& index, const LogId& log) {
  const auto measures = index.measures(log);
  return measures.ok() && *measures ? (*measures)->country : std::string();
}

}  // namespace

Bytes ProvingHead::note() const {
  Bytes out = cosigned_note(head);
  for (const NoteSignature& line : witnesses) out += line.line();
  return out;
}

std::vector<WitnessSigner> ProvingHead::witness_signers() const {
  std::vector<WitnessSigner> out;
  for (const NoteSignature& line : witnesses) {
    if (const auto seconds = stated_time(line)) out.push_back({line.name, *seconds});
  }
  return out;
}

UnixMillis signed_at(const CosignerView& cosigner) { return time_of(cosigner.seconds); }
UnixMillis signed_at(const WitnessSigner& witness) { return time_of(witness.seconds); }

const std::vector<VKey>& CosignerKeys::of(const LogId& city) {
  const auto known = known_.find(city);
  if (known != known_.end()) return known->second;
  const bool is_trusted = nearness_.name_of(city).has_value();
  return known_.emplace(city, is_trusted ? counting_keys(store_, city) : std::vector<VKey>()).first->second;
}

const VKey* CosignerKeys::of(const CosignatureLine& line) {
  const std::vector<VKey>& keys = of(line.city);
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const VKey& one) {
    return one.name == line.signature.name && one.id() == line.signature.key_id;
  });
  return key == keys.end() ? nullptr : &*key;
}

Result<ProvingHead> read_proving_head(Directory& directory, StoreReader& store, const Nearness& nearness,
                                      const LogState& log, EntryIndex index) {
  CosignerKeys keys(store, nearness);
  KOINON_ASSIGN(const std::vector<ProvingHead> heads, signed_heads(store, keys, log));
  ProvingHead out;
  if (const ProvingHead* best = best_of(heads, index); best != nullptr) {
    out = *best;
  } else if (log.whole && log.whole->size.value > index.value) {
    out.head = {log.keys.recoveries(), *log.whole, {}, {}};
  } else {
    return fail(
        Code::kUnavailable,
        Sentence{"log.being_fetched", "the log is still being fetched up to its head; try again soon"},
        "proof");
  }
  const auto opened = log.keys.open_any_head(out.head.head.note);
  out.key = opened.ok() ? opened->key : log.keys.vkey();
  for (const CosignatureLine& line : out.head.lines) {
    out.cosigners.push_back({line.city, directory.city(line.city), directory.display_name(line.city),
                             *line.seconds, *keys.of(line)});
  }
  return out;
}

Result<PolicyCities> read_policy_cities(Directory& directory, StoreReader& store, IndexReader& index,
                                        const Nearness& nearness, const std::optional<LogState>& only) {
  PolicyCities out;
  if (only) out.logs.push_back(only->keys.vkey());
  CosignerKeys keys(store, nearness);
  for (const LogId& city : nearness.all_nearest(limits::kPolicyCities)) {
    if (only && city == only->id) continue;
    const bool has_room = out.cosigners.size() < limits::kPolicyCosigners;
    if (!has_room && (only || out.logs.size() >= limits::kPolicyCosigners)) break;
    const auto log = store.log_state(city);
    if (!log.ok() && log.error().code != Code::kNotFound) return log.error();
    if (!log.ok() || log->frozen) continue;
    if (!only) out.logs.push_back(log->keys.vkey());
    const std::vector<VKey>& known = keys.of(city);
    if (known.empty() || !has_room) continue;
    out.cosigners.push_back(
        {known.front(), {known.begin() + 1, known.end()}, country_of(index, city), directory.city(city)});
  }
  return out;
}

}  // namespace koinon
