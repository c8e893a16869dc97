#include "storage/fsck/log_check.h"

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "storage/store/hash_tiles.h"

namespace koinon::fsck {
namespace {

constexpr std::size_t kTileHashes = 256;
constexpr std::size_t kDifferingKept = 1000;

std::int64_t tile_id(std::int64_t log, unsigned level, std::uint64_t number) {
  return (log << 36) | (static_cast<std::int64_t>(level) << 33) | static_cast<std::int64_t>(number);
}

}  // namespace

std::string LogCheck::place(EntryIndex index) const {
  return state_.identity().name + "/" + std::to_string(index.value);
}

void LogCheck::found(std::string at, std::string what, Remedy remedy, std::int64_t number) {
  report_.add({std::move(at), std::move(what), remedy, number, 0, state_.id});
}

Status LogCheck::check() {
  ++report_.logs;
  if (state_.identity().log_id() != state_.id)
    found(state_.identity().name, "its name and first keys are not those of its log id", whole_log());
  KeyHistory verified(state_.identity());
  for (const Bytes& note : state_.keys.notes()) {
    if (verified.add(note).ok()) continue;
    found(state_.identity().name, "a statement about its keys is damaged", whole_log());
    break;
  }
  KOINON_TRY(check_records());
  for (unsigned level = 0; level < levels_.size(); ++level) {
    if (!levels_[level].hashes.empty()) KOINON_TRY(compare(level));
  }
  KOINON_TRY(judge_tree());
  check_heads();
  return {};
}

Status LogCheck::check_records() {
  auto select = db_.prepare(
      "SELECT r.id, r.entry, r.body, r.state, r.erased_by, t.body FROM record r LEFT JOIN transit t ON t.id "
      "= r.id "
      "WHERE r.id >= ? AND r.id < ? ORDER BY r.id");
  const std::int64_t first = record_id(number_, EntryIndex(0));
  select.bind(first).bind(record_id(number_, EntryIndex(state_.range.size().value)));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    StoredRecord record;
    record.index = EntryIndex(static_cast<std::uint64_t>(select.integer(0) - first));
    record.entry = select.blob(1);
    record.body = select.blob(2);
    record.state = static_cast<BodyState>(select.integer(3));
    record.erased_by = EntryIndex(select.number(4));
    KOINON_TRY(take_missing(record.index));
    KOINON_TRY(take(record, Bytes(select.blob(5))));
  }
  return take_missing(EntryIndex(state_.range.size().value));
}

// The stored hash stands for an entry that is gone, so that what follows is judged by itself.
Status LogCheck::take_missing(EntryIndex until) {
  while (range_.size().value < until.value) {
    const EntryIndex index(range_.size().value);
    found(place(index), "the entry is missing", whole_log());
    entry_missing_ = true;
    HashTiles tiles(db_, number_);
    const auto leaf = tiles.node({0, index.value});
    append(leaf.ok() ? *leaf : Hash());
    KOINON_TRY(put_hash(0, leaf.ok() ? *leaf : Hash()));
  }
  return {};
}

Status LogCheck::take(const StoredRecord& record, const Bytes& transit) {
  ++report_.entries;
  const Hash leaf = leaf_hash(record.entry);
  append(leaf);
  KOINON_TRY(put_hash(0, leaf));
  v1::Entry entry;
  if (!entry.ParseFromString(record.entry)) return {};  // a leaf that is no entry has no body
  return check_body(record, entry, transit);
}

void LogCheck::append(const Hash& leaf) {
  range_.append(leaf);
  if (state_.whole && range_.size() == state_.whole->size) root_at_whole_ = range_.root();
}

Status LogCheck::put_hash(unsigned level, const Hash& hash) {
  if (levels_.size() <= level) levels_.emplace_back();
  levels_[level].hashes += hash.view();
  if (levels_[level].hashes.size() < kTileHashes * Hash::kSize) return {};
  CompactRange tile;
  const Bytes full = levels_[level].hashes;
  for (std::size_t i = 0; i < kTileHashes; ++i)
    tile.append_node(0, Hash::from(BytesView(full).substr(i * Hash::kSize)));
  KOINON_TRY(compare(level));
  levels_[level].hashes.clear();
  ++levels_[level].number;
  return put_hash(level + 1, tile.root());
}

// The tile that was computed, with the one that is stored. All proofs are made of these.
Status LogCheck::compare(unsigned level) {
  const Level& computed = levels_[level];
  auto select = db_.prepare("SELECT hashes FROM tile WHERE id = ?");
  select.bind(tile_id(number_, level, computed.number));
  KOINON_ASSIGN(const bool row, select.step());
  const BytesView stored = row ? select.blob(0) : BytesView();
  if (stored == computed.hashes) return {};
  tree_differs_ = true;
  if (level != 0) return {};
  for (std::size_t i = 0; i * Hash::kSize < computed.hashes.size() && differing_.size() < kDifferingKept;
       ++i) {
    if (stored.size() < (i + 1) * Hash::kSize ||
        stored.substr(i * Hash::kSize, Hash::kSize) !=
            BytesView(computed.hashes).substr(i * Hash::kSize, Hash::kSize))
      differing_.emplace_back(computed.number * kTileHashes + i);
  }
  return {};
}

// The signed root says who is right where entries and tree differ.
Status LogCheck::judge_tree() {
  const std::string& name = state_.identity().name;
  const bool entries_fit = !entry_missing_ && (state_.whole ? root_at_whole_ == state_.whole->root
                                                            : range_.hashes() == state_.range.hashes());
  if (entries_fit) {
    if (tree_differs_) found(name, "hashes of its tree are damaged", Remedy::kRebuildTree, number_);
    if (range_ != state_.range) found(name, "the sum of its tree is damaged", whole_log());
    return {};
  }
  if (entry_missing_) return {};
  HashTiles tiles(db_, number_);
  CompactRange stored;
  bool tree_fits = state_.whole.has_value();
  if (state_.whole) {
    for (const TreeNode node : cover(0, state_.whole->size.value)) {
      const auto hash = tiles.node(node);
      if (!hash.ok() && hash.error().code != Code::kNotFound) return hash.error();
      tree_fits = tree_fits && hash.ok();
      if (tree_fits) stored.append_node(node.level, *hash);
    }
    tree_fits = tree_fits && stored.root() == state_.whole->root;
  }
  if (tree_fits && !differing_.empty()) {
    for (const EntryIndex index : differing_) found(place(index), "the entry is damaged", whole_log());
    return {};
  }
  found(name, "its entries do not lead to its signed head", whole_log());
  return {};
}

void LogCheck::check_heads() {
  const auto check = [&](const StoredHead& head, const char* which) {
    const auto opened = state_.keys.open_any_head(head.note);
    if (opened.ok() && opened->checkpoint.size == head.size && opened->checkpoint.root == head.root) return;
    found(state_.identity().name, std::string("the signature of its ") + which + " head does not verify",
          whole_log());
  };
  if (state_.whole) check(*state_.whole, "newest whole");
  if (state_.whole && state_.whole->size > range_.size())
    found(state_.identity().name, "it has fewer entries than its head", whole_log());
  if (!state_.seen || state_.seen == state_.whole) return;
  check(*state_.seen, "newest");
  if (state_.seen->size < state_.range.size()) return;
  // What is held is proven against it by the hashes on its right.
  CompactRange all = state_.range;
  const auto nodes = cover(all.size().value, state_.seen->size.value);
  bool fits = nodes.size() == state_.seen_right.size();
  for (std::size_t i = 0; fits && i < nodes.size(); ++i)
    all.append_node(nodes[i].level, state_.seen_right[i]);
  if (!fits || all.root() != state_.seen->root)
    found(state_.identity().name, "the proof of its newest head is damaged", whole_log());
}

Status LogCheck::check_body(const StoredRecord& record, const v1::Entry& entry, const Bytes& transit) {
  const BodyClaim claim = body_claim(entry);
  const std::int64_t row = record_id(number_, record.index);
  const auto fits = [&](BytesView body) {
    return body.size() == claim.size && sha256(body).view() == claim.digest;
  };
  if (!transit.empty() && !fits(transit))
    found(place(record.index), "a body that is held for peers is damaged", Remedy::kDropTransit, row);
  if (record.state == BodyState::kErased) return check_erased(record);
  if (record.state != BodyState::kHeld) {
    if (!record.body.empty())
      found(place(record.index), "a body is there that is said not to be held", Remedy::kDropBody, row);
    return {};
  }
  if (claim.size == 0) {
    if (!record.body.empty())
      found(place(record.index), "a body is there that no entry names", Remedy::kDropBody, row);
    return {};
  }
  ++report_.bodies;
  if (!fits(record.body)) {
    found(place(record.index), record.body.empty() ? "its body is missing" : "its body is damaged",
          Remedy::kFetchBody, row);
    return {};
  }
  return check_files(record.index, record.body);
}

Status LogCheck::check_erased(const StoredRecord& record) {
  const std::int64_t row = record_id(number_, record.index);
  if (!record.body.empty())
    found(place(record.index), "a body that was erased is there", Remedy::kDropBody, row);
  // The withdrawal may not be held yet: whoever sent the record said which it is.
  if (record.erased_by.value >= state_.range.size().value) return {};
  SqlLogs logs(db_);
  const auto bytes = logs.entry(state_.id, record.erased_by);
  if (!bytes.ok()) return bytes.error().code == Code::kNotFound ? Status() : Status(bytes.error());
  v1::Entry entry;
  const bool parsed = entry.ParseFromString(*bytes);
  const auto fact = parsed ? withdrawal_of(record.erased_by, entry) : std::nullopt;
  if (fact && fact->erase && fact->target == record.index) return {};
  found(place(record.index), "its body is marked as erased by an entry that does not erase it",
        Remedy::kFetchBody, row);
  return {};
}

Status LogCheck::check_files(EntryIndex index, BytesView body) {
  const std::int64_t row = record_id(number_, index);
  for (const AttachmentFact& fact : attachments_of(index, body)) {
    auto select = db_.prepare(
        "SELECT 1 FROM attachment_use WHERE record = ? AND sha256 = ? AND size = ? AND chunk_root = ?");
    select.bind(row).bind_blob(fact.id.sha256.view()).bind(static_cast<std::int64_t>(fact.id.size));
    KOINON_ASSIGN(const bool there, select.bind_blob(fact.id.chunk_root.view()).step());
    if (there) continue;
    found(place(index), "which files it names is damaged", Remedy::kNameFiles, row);
    return {};
  }
  return {};
}

}  // namespace koinon::fsck
