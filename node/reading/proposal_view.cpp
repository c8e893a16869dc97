#include "node/reading/proposal_view.h"

#include <algorithm>

#include "node/reading/record_view.h"
#include "node/reading/shown_record.h"
#include "node/reading/versions.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

// The note that a proposal would change. Nothing: it names none.
const v1::Ref* target_of(const v1::Entry& entry) {
  for (const v1::Ref& ref : entry.refs()) {
    if (ref.role() == v1::REF_ROLE_PROPOSES_TO) return &ref;
  }
  return nullptr;
}

void take_decision(Directory& directory, const IndexedRecord& reply, const v1::ProposalReply& said,
                   ProposalView& out) {
  if (said.decision() != "accepted" && said.decision() != "declined") return;
  out.state = said.decision() == "accepted" ? ProposalState::kAccepted : ProposalState::kDeclined;
  out.settled_by = directory.ref(reply);
  out.why = said.reason();
}

// Only what the city of the note says counts. A revision that has taken the proposal in outranks what was
// said before; of replies the latest stands.
Status put_state(Directory& directory, StoreReader& store, IndexReader& index, const IndexedRecord& proposal,
                 const LogId& city, ProposalView& out) {
  KOINON_ASSIGN(const auto referring, index.referring(proposal.log, proposal.index, limits::kReferring));
  for (auto it = referring.rbegin(); it != referring.rend(); ++it) {
    if (it->log != city || is_gone(it->status)) continue;
    KOINON_ASSIGN(const auto record, index.get(it->log, it->index));
    if (!record) continue;
    if (it->role == v1::REF_ROLE_ACCEPTS && record->kind == v1::KIND_PRACTICE) {
      out.state = ProposalState::kAccepted;
      out.settled_by = directory.ref(*record);
      out.why.clear();
      return {};
    }
    if (it->role != v1::REF_ROLE_ANSWERS || out.state != ProposalState::kOpen) continue;
    const auto body = read_body(store, *record);
    if (body.ok() && body->has_proposal_reply())
      take_decision(directory, *record, body->proposal_reply(), out);
  }
  return {};
}

Result<ProposalView> view_of(Directory& directory, StoreReader& store, IndexReader& index,
                             const IndexedRecord& record) {
  const Error other = fail(Code::kInvalidArgument, "it is no proposal that can be read here", "ref");
  KOINON_ASSIGN(const StoredRecord stored, shown_record(store, record));
  const auto entry = parse_entry(stored.entry);
  const auto body = parse_body(stored.body);
  if (!entry.ok() || !body.ok() || !body->has_proposal()) return other;
  const v1::Ref* target = target_of(*entry);
  if (target == nullptr) return other;
  const v1::Proposal& said = body->proposal();
  ProposalView out;
  out.note = read_summary(directory, record);
  out.of = read_ref(directory, store, *target).ref;
  out.section = said.section();
  out.instead_of = said.instead_of();
  out.text = said.text();
  out.reason = said.reason();
  const LogId city = LogId::from(target->log_id());
  KOINON_ASSIGN(const auto of, index.get(city, EntryIndex(target->index())));
  if (of && of->leaf.view() == target->leaf_hash()) {
    out.of_title = title_line(of->title);
    out.of_language = of->language;
  }
  KOINON_ASSIGN(const auto newer, index.newer_version(city, EntryIndex(target->index())));
  out.newest = newer ? directory.ref(city, *newer) : out.of;
  KOINON_TRY(put_state(directory, store, index, record, city, out));
  return out;
}

}  // namespace

std::string_view proposal_state_text(ProposalState state) {
  switch (state) {
    case ProposalState::kAccepted:
      return "accepted";
    case ProposalState::kDeclined:
      return "declined";
    default:
      return "open";
  }
}

Result<ProposalView> read_proposal(Directory& directory, StoreReader& store, IndexReader& index,
                                   const LogId& log, EntryIndex entry) {
  KOINON_ASSIGN(const auto record, index.get(log, entry));
  if (!record) return fail(Code::kNotFound, "it is not here, or not indexed yet", "ref");
  return view_of(directory, store, index, *record);
}

Result<std::vector<ProposalView>> read_proposals_to(Directory& directory, StoreReader& store,
                                                    IndexReader& index, const LogId& log, EntryIndex entry) {
  KOINON_ASSIGN(auto versions, read_versions(store, index, log, entry));
  versions.push_back(entry);
  std::vector<IndexedRecord> found;
  for (const EntryIndex version : versions) {
    KOINON_ASSIGN(const auto referring, index.referring(log, version, limits::kReferring));
    for (const auto& one : referring) {
      if (one.role != v1::REF_ROLE_PROPOSES_TO || is_gone(one.status)) continue;
      KOINON_ASSIGN(const auto record, index.get(one.log, one.index));
      if (record) found.push_back(*record);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.arrival.value > b.arrival.value; });
  std::vector<ProposalView> out;
  for (const IndexedRecord& record : found) {
    if (out.size() == limits::kProposalsShown) break;
    auto made = view_of(directory, store, index, record);
    if (made.ok()) out.push_back(std::move(*made));
  }
  return out;
}

}  // namespace koinon
