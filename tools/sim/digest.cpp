#include "tools/sim/digest.h"

#include "crypto/hash.h"

namespace koinon::sim {
namespace {

constexpr std::size_t kArrivalsAtOnce = 1000;

// Each value is written with its length, so that two different lists never give the same bytes.
class Digest {
 public:
  Digest& add(BytesView bytes) {
    add(bytes.size());
    hash_.update(bytes);
    return *this;
  }
  Digest& add(std::uint64_t number) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i));
    hash_.update({bytes.data(), bytes.size()});
    return *this;
  }
  template <typename Tag>
  Digest& add(const Bytes32<Tag>& value) {
    return add(value.view());
  }
  Digest& add(const std::optional<StoredHead>& head) {
    add(head ? 1 : 0);
    if (head) add(head->size.value).add(head->root).add(head->note);
    return *this;
  }
  Hash finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

void add_records(Digest& out, Store& store, const LogState& log) {
  for (std::uint64_t i = 0; i < log.range.size().value; ++i) {
    const auto record = store.record(log.id, EntryIndex(i));
    if (!record.ok()) {
      out.add(record.error().text());
      continue;
    }
    out.add(record->entry).add(record->body).add(static_cast<std::uint64_t>(record->state));
    out.add(record->erased_by.value).add(record->transit ? 1 : 0);
  }
}

void add_logs(Digest& out, Store& store, const std::vector<LogState>& logs) {
  out.add(logs.size());
  for (const LogState& log : logs) {
    out.add(log.id).add(log.identity().name).add(log.range.size().value).add(log.range.root());
    out.add(log.whole).add(log.seen).add(log.frozen ? 1 : 0).add(log.out_since ? 1 : 0);
    out.add(log.journal_seq.value).add(log.bytes);
    add_records(out, store, log);
    const auto evidence = store.evidence(log.id);
    if (evidence.ok()) {
      for (const KeptEvidence& one : *evidence) {
        out.add(one.bytes);
        if (one.thawed) out.add(one.thawed->digest);
      }
    }
  }
}

void add_arrivals(Digest& out, Store& store) {
  ArrivalSeq after;
  while (true) {
    const auto rows = store.arrivals(after, kArrivalsAtOnce);
    if (!rows.ok() || rows->empty()) return;
    for (const Arrival& row : *rows) {
      out.add(row.first.value).add(row.log).add(row.from.value).add(row.count);
      out.add(static_cast<std::uint64_t>(row.kind)).add(static_cast<std::uint64_t>(row.at.value));
      out.add(row.source ? row.source->view() : BytesView());
      after = ArrivalSeq(row.first.value + row.count - 1);
    }
  }
}

void add_relations(Digest& out, const StoreState& state) {
  out.add(state.last_journal_seq.value);
  for (const PeerRecord& peer : state.peers) out.add(peer.node_key).add(peer.name).add(peer.cursor.value);
  for (const auto& [peer, log] : state.asks) out.add(peer).add(log);
  for (const LogId& log : state.blocked) out.add(log);
  for (const LogId& log : state.forked) out.add(log);
  for (const AttachmentWant& want : state.wants)
    out.add(want.log).add(want.index.value).add(want.id.sha256).add(want.chunks_held);
  for (const VouchFact& vouch : state.vouches)
    out.add(vouch.voucher).add(vouch.index.value).add(vouch.target).add(vouch.withdrawn ? 1 : 0);
}

void add_cosigned(Digest& out, Store& store, const std::vector<LogCosigned>& logs) {
  for (const LogCosigned& log : logs) {
    out.add(log.log).add(log.last ? 1 : 0);
    if (log.last) out.add(log.last->recoveries).add(log.last->size.value).add(log.last->root);
    const auto heads = store.cosigned(log.log);
    if (!heads.ok()) continue;
    for (const CosignedHead& head : *heads) {
      out.add(head.recoveries).add(head.head.size.value).add(head.head.root).add(head.lines.size());
      for (const CosignatureLine& line : head.lines) out.add(line.signature.line());
    }
  }
}

void add_trust(Digest& out, const TrustPolicy& trust) {
  for (const auto& [log, path] : trust.admitted()) {
    out.add(log).add(path.size());
    for (const LogId& step : path) out.add(step);
  }
}

}  // namespace

Hash digest_of(SimNode& node) {
  Digest out;
  out.add(node.name()).add(node.life()).add(node.acknowledged());
  const auto state = node.store().load_state();
  if (!state.ok()) return out.add(state.error().text()).finish();
  add_logs(out, node.store(), state->logs);
  add_arrivals(out, node.store());
  add_relations(out, *state);
  add_cosigned(out, node.store(), state->cosigned);
  if (node.up()) add_trust(out, node.engine().trust());
  return out.finish();
}

}  // namespace koinon::sim
