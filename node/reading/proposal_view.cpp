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
constexpr std::size_t kSettlingLookedAt =
    100;  // records that refer to a proposal; newest ones of a city, of each kind
constexpr std::size_t kRepliesRead = 3;                     // that decide nothing, before one that does
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

// What a city has said to a proposal.
struct Settling {
  v1::RefRole role;
  IndexedRecord record;
};

// One of the newest records of a city that may settle proposals, and what it refers to.
struct Spoken {
  IndexedRecord record;
  std::vector<v1::Ref> refs;
};

struct Sources {
  Directory& directory;
  StoreReader& store;
  IndexReader& index;
  // Of the city whose note it is, for all proposals that one list has; nothing: not read yet.
  std::optional<std::vector<Spoken>> spoken = {};
};

bool settles(v1::RefRole role, v1::Kind kind) {
  return (role == v1::REF_ROLE_ACCEPTS && kind == v1::KIND_PRACTICE) ||
         (role == v1::REF_ROLE_ANSWERS && kind == v1::KIND_PROPOSAL_REPLY);
}

Result<std::vector<Spoken>> newest_of(Sources& from, const LogId& city) {
  std::vector<Spoken> out;
  for (const v1::Kind kind : {v1::KIND_PRACTICE, v1::KIND_PROPOSAL_REPLY}) {
    IndexQuery query;
    query.log = city;
    query.kind = kind;
    query.limit = kSettlingLookedAt;
    KOINON_ASSIGN(auto found, from.index.find(query));
    for (IndexedRecord& record : found) {
      const auto entry = is_gone(record.status) ? Result<v1::Entry>(fail(Code::kNotFound, "withdrawn"))
                                                : read_entry(from.store, record);
      if (!entry.ok()) continue;
      Spoken one{std::move(record), {}};
      for (const v1::Ref& ref : entry->refs()) {
        if (settles(ref.role(), kind)) one.refs.push_back(ref);
      }
      if (!one.refs.empty()) out.push_back(std::move(one));
    }
  }
  return out;
}

// The newest first. Where so much refers to a proposal that not all of it is read, the city's own log is
// looked through: a third city cannot crowd out what it has said.
Result<std::vector<Settling>> find_settling(Sources& from, const IndexedRecord& proposal, const LogId& city) {
  std::vector<Settling> out;
  KOINON_ASSIGN(const auto referring, from.index.referring(proposal.log, proposal.index, kSettlingLookedAt));
  for (auto it = referring.rbegin(); it != referring.rend(); ++it) {
    if (it->log != city || is_gone(it->status)) continue;
    KOINON_ASSIGN(auto record, from.index.get(it->log, it->index));
    if (record && settles(it->role, record->kind)) out.push_back({it->role, std::move(*record)});
  }
  if (referring.size() < kSettlingLookedAt) return out;
  out.clear();
  if (!from.spoken) {
    KOINON_ASSIGN(from.spoken, newest_of(from, city));
  }
  for (const Spoken& one : *from.spoken) {
    const auto names = std::find_if(one.refs.begin(), one.refs.end(), [&](const v1::Ref& ref) {
      return ref.log_id() == proposal.log.view() && ref.index() == proposal.index.value &&
             ref.leaf_hash() == proposal.leaf.view();
    });
    if (names != one.refs.end()) out.push_back({names->role(), one.record});
  }
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
Status put_state(Sources& from, const IndexedRecord& proposal, const LogId& city, ProposalView& out) {
  KOINON_ASSIGN(const auto settling, find_settling(from, proposal, city));
  std::size_t read = 0;
  for (const Settling& one : settling) {
    if (one.role == v1::REF_ROLE_ACCEPTS) {
      out.state = ProposalState::kAccepted;
      out.settled_by = from.directory.ref(one.record);
      out.why.clear();
      return {};
    }
    if (out.state != ProposalState::kOpen || read == kRepliesRead) continue;
    ++read;
    if (const auto said = read_reply(from.store, one.record))
      take_decision(from.directory, one.record, *said, out);
  }
  return {};
}

// `only`: the city whose note it must be; a proposal that names several notes is of the first.
Result<ProposalView> view_of(Sources& from, const IndexedRecord& record, const std::optional<LogId>& only) {
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
  Sources from{directory, store, index};
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
    KOINON_ASSIGN(const auto referring, index.referring(log, version, limits::kReferring));
    looked += referring.size();
    for (const auto& one : referring) {
      if (one.role != v1::REF_ROLE_PROPOSES_TO || is_gone(one.status)) continue;
      KOINON_ASSIGN(auto record, index.get(one.log, one.index));
      if (record && record->kind == v1::KIND_PROPOSAL) found.emplace(record->arrival.value, *record);
    }
  }
  std::vector<ProposalView> out;
  std::size_t tried = 0;
  Sources from{directory, store, index};
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
