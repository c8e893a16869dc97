#include "node/reading/proposal_view.h"

#include <algorithm>
#include <functional>
#include <map>

#include "node/reading/record_view.h"
#include "node/reading/shown_record.h"
#include "node/reading/versions.h"
#include "node/text/markdown.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kProposalsLookedAt = 4 * limits::kReferring;
constexpr std::size_t kProposalsTried = 2 * limits::kProposalsShown;  // of some the text may not be here
constexpr std::size_t kSettlingLookedAt = 20;  // what its city says of one proposal, in each role: the newest
constexpr std::size_t kRepliesRead = 3;        // that decide nothing, before one that does
constexpr std::size_t kListedTextBytes = 8 * limits::kKiB;  // of each text in a list
// Of a proposal that is read for a list. Everybody may write them, and each page of the note reads the list.
constexpr std::size_t kListedProposalBytes = 128 * limits::kKiB;

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

struct Sources {
  Directory& directory;
  StoreReader& store;
  IndexReader& index;
};

// What a city says of a proposal in a role and in records of one kind, the newest first. What others say is
// not looked at.
Result<std::vector<RelatedRecord>> said_by(const Sources& from, const LogId& city,
                                           const IndexedRecord& proposal, v1::RefRole role, v1::Kind kind) {
  KOINON_ASSIGN(auto out,
                from.index.newest_referring({proposal.log, proposal.index, role, city, kSettlingLookedAt}));
  std::erase_if(out, [&](const RelatedRecord& one) { return one.kind != kind || is_gone(one.status); });
  return out;
}

// Nothing: it is longer than a reply may be, not here, or none.
std::optional<v1::ProposalReply> read_reply(StoreReader& store, const IndexedRecord& record) {
  const auto entry = read_entry(store, record);
  if (!entry.ok() || entry->body_size() > limits::kCallBytes) return std::nullopt;
  const auto body = read_body(store, record);
  return body.ok() && body->has_proposal_reply() ? std::optional(body->proposal_reply()) : std::nullopt;
}

// Only what the city of the note says counts. A revision that has taken the proposal in outranks what was
// said before; of replies the latest stands.
Status put_state(const Sources& from, const IndexedRecord& proposal, const LogId& city, ProposalView& out) {
  KOINON_ASSIGN(const auto revisions, said_by(from, city, proposal, v1::REF_ROLE_ACCEPTS, v1::KIND_PRACTICE));
  for (const RelatedRecord& one : revisions) {
    KOINON_ASSIGN(const auto record, from.index.get(one.log, one.index));
    if (!record) continue;
    out.state = ProposalState::kAccepted;
    out.settled_by = from.directory.ref(*record);
    return {};
  }
  KOINON_ASSIGN(const auto replies,
                said_by(from, city, proposal, v1::REF_ROLE_ANSWERS, v1::KIND_PROPOSAL_REPLY));
  for (std::size_t i = 0; i < std::min(replies.size(), kRepliesRead); ++i) {
    KOINON_ASSIGN(const auto record, from.index.get(replies[i].log, replies[i].index));
    const auto said = record ? read_reply(from.store, *record) : std::nullopt;
    if (said) take_decision(from.directory, *record, *said, out);
    if (out.state != ProposalState::kOpen) return {};
  }
  return {};
}

// `only`: the city whose note it must be; a proposal that names several notes is of the first.
Result<ProposalView> view_of(const Sources& from, const IndexedRecord& record,
                             const std::optional<LogId>& only) {
  const Error other = fail(Code::kInvalidArgument, "it is no proposal that can be read here", "ref");
  KOINON_ASSIGN(const StoredRecord stored, shown_record(from.store, record));
  const auto entry = parse_entry(stored.entry);
  const auto body = parse_body(stored.body);
  if (!entry.ok() || !body.ok() || !body->has_proposal()) return other;
  const v1::Ref* target = target_of(*entry);
  if (target == nullptr || (only && target->log_id() != only->view())) return other;
  const v1::Proposal& said = body->proposal();
  ProposalView out;
  out.note = read_summary(from.directory, record);
  out.of = read_ref(from.directory, from.store, *target).ref;
  out.section = said.section();
  out.instead_of = said.instead_of();
  out.text = said.text();
  out.reason = said.reason();
  const LogId city = LogId::from(target->log_id());
  KOINON_ASSIGN(const auto of, from.index.get(city, EntryIndex(target->index())));
  if (of && of->leaf.view() == target->leaf_hash()) {
    out.of_title = title_line(of->title);
    out.of_language = of->language;
  }
  KOINON_ASSIGN(const auto newer, from.index.newer_version(city, EntryIndex(target->index())));
  out.newest = newer ? from.directory.ref(city, *newer) : out.of;
  KOINON_TRY(put_state(from, record, city, out));
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
  const Sources from{directory, store, index};
  return view_of(from, *record, std::nullopt);
}

Result<std::vector<ProposalView>> read_proposals_to(Directory& directory, StoreReader& store,
                                                    IndexReader& index, const LogId& log, EntryIndex entry) {
  KOINON_ASSIGN(auto versions, read_versions(store, index, log, entry));
  versions.push_back(entry);
  // What is proposed to the newest version comes first.
  std::sort(versions.begin(), versions.end(), std::greater<>());
  std::map<std::uint64_t, IndexedRecord, std::greater<>> found;  // by arrival: one may name several versions
  std::size_t looked = 0;
  for (const EntryIndex version : versions) {
    if (looked >= kProposalsLookedAt) break;
    KOINON_ASSIGN(const auto proposed,
                  index.newest_referring({log, version, v1::REF_ROLE_PROPOSES_TO, {}, limits::kReferring}));
    looked += proposed.size();
    for (const auto& one : proposed) {
      if (one.kind != v1::KIND_PROPOSAL || is_gone(one.status)) continue;
      KOINON_ASSIGN(auto record, index.get(one.log, one.index));
      if (record) found.emplace(record->arrival.value, std::move(*record));
    }
  }
  std::vector<ProposalView> out;
  std::size_t tried = 0;
  const Sources from{directory, store, index};
  for (const auto& [arrival, record] : found) {
    if (out.size() == limits::kProposalsShown || tried++ == kProposalsTried) break;
    const auto signed_entry = read_entry(store, record);
    if (!signed_entry.ok() || signed_entry->body_size() > kListedProposalBytes) continue;
    auto made = view_of(from, record, log);
    if (!made.ok()) continue;
    for (std::string* text : {&made->section, &made->instead_of, &made->text, &made->reason, &made->why}) {
      if (text->size() > kListedTextBytes) *text = std::string(clipped_utf8(*text, kListedTextBytes)) + " …";
    }
    out.push_back(std::move(*made));
  }
  return out;
}

}  // namespace koinon
