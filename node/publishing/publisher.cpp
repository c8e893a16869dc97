#include "node/publishing/publisher.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "node/publishing/note_rules.h"
#include "node/publishing/vouching.h"
#include "node/replication/from_callback.h"
#include "node/text/plain_text.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

bool is_reply(v1::RefRole role) {
  return role == v1::REF_ROLE_ADOPTS || role == v1::REF_ROLE_ABOUT || role == v1::REF_ROLE_ANSWERS ||
         role == v1::REF_ROLE_PROPOSES_TO;
}

// A reply gets the topics of its target, so that a follower of a topic gets the whole conversation.
void inherit_topics(StoreReader& store, v1::Entry& entry) {
  for (const auto& ref : entry.refs()) {
    if (!is_reply(ref.role())) continue;
    const auto leaf = store.entry(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    // What took the place of a void entry is not what was answered. The log refuses such a ref.
    if (leaf.ok() && !ref.leaf_hash().empty() && leaf_hash(*leaf).view() != ref.leaf_hash()) continue;
    const auto target = leaf.ok() ? parse_entry(*leaf) : Result<v1::Entry>(leaf.error());
    if (!target.ok()) continue;
    for (const auto& topic : target->topics()) {
      const bool there =
          std::find(entry.topics().begin(), entry.topics().end(), topic) != entry.topics().end();
      if (!there && static_cast<std::size_t>(entry.topics_size()) < limits::kTopics) entry.add_topics(topic);
    }
  }
}

// The leaf is what the ref means from now on, whatever stands there when the note is signed.
Status add_ref(Directory& directory, StoreReader& store, const NamedRef& ref, v1::Entry& entry) {
  KOINON_ASSIGN(const auto found, directory.find_ref(ref.ref));
  KOINON_ASSIGN(const Bytes leaf, store.entry(found.log.id, found.index));
  auto* out = entry.add_refs();
  out->set_role(ref.role);
  out->set_log_id(found.log.id.bytes());
  out->set_index(found.index.value);
  out->set_leaf_hash(leaf_hash(leaf).bytes());
  return {};
}

Result<Draft> to_draft(Directory& directory, StoreReader& store, const NoteFile& note) {
  Draft draft;
  draft.entry.set_kind(note.kind);
  draft.entry.set_language(note.language);
  for (const auto& topic : note.topics) draft.entry.add_topics(topic);
  for (const auto& ref : note.refs) KOINON_TRY(add_ref(directory, store, ref, draft.entry));
  for (const auto& city : note.to) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    draft.entry.add_to(log.id.bytes());
  }
  draft.body = note.body;
  return draft;
}

}  // namespace

namespace {

// Cities are compared by these numbers, so readers should be able to look them up.
void ask_for_sources(const v1::Profile& profile, std::vector<std::string>& warnings) {
  const auto ask = [&](bool said, const std::string& source, const std::string& field) {
    if (said && source.empty()) warnings.push_back("say where the figure comes from: " + field);
  };
  ask(profile.population().value() > 0, profile.population().source(), "population.source");
  ask(profile.density().value() > 0, profile.density().source(), "density.source");
  ask(!profile.climate().empty(), profile.climate_source(), "climate_source");
  ask(!profile.income_band().empty(), profile.income_source(), "income_source");
}

}  // namespace

Result<Publisher::Prepared> Publisher::prepare(const SigningRequest& request, const Caller& caller) {
  if (!own_) return observer_refusal();
  if (const auto* withdrawal = std::get_if<WithdrawalRequest>(&request))
    return prepare_withdrawal(*withdrawal);
  if (const auto* vouch = std::get_if<VouchRequest>(&request)) return prepare_vouch(*vouch);
  return prepare_note(std::get<NoteRequest>(request), caller);
}

Result<Publisher::Prepared> Publisher::prepare_note(const NoteRequest& request, const Caller& caller) {
  Directory directory(store_, nearness_, &index_);
  Prepared out;
  out.note = request.note;
  if (out.note.language.empty() && !request.is_file) {
    KOINON_ASSIGN(const auto latest, index_.latest(*own_, v1::KIND_PROFILE));
    if (latest) {
      KOINON_ASSIGN(const auto profile, index_.get(*own_, *latest));
      if (profile) out.note.language = profile->language;
    }
  }
  const bool for_office = caller.role < Role::kReviewer && !caller.office.empty();
  if (for_office && out.note.body.author().office().empty())
    out.note.body.mutable_author()->set_office(caller.office);
  make_plain(out.note);
  std::vector<Error> faults;
  take_fault(faults, check_note(out.note));
  if (request.strict_topics) take_fault(faults, check_topics_meant(out.note));
  KOINON_TRY(all_faults(std::move(faults)));
  out.warnings = out.note.warnings;
  if (out.note.body.has_profile()) ask_for_sources(out.note.body.profile(), out.warnings);
  KOINON_ASSIGN(out.draft, to_draft(directory, store_, out.note));
  out.draft.again = request.again;
  out.wish.kind = out.note.kind;
  out.wish.office = out.note.body.author().office();
  for (const auto& ref : out.draft.entry.refs()) {
    if (ref.role() == v1::REF_ROLE_REVISES && ref.log_id() == own_->view())
      out.wish.changes.emplace_back(ref.index());
  }
  return out;
}

Result<Publisher::Prepared> Publisher::prepare_withdrawal(const WithdrawalRequest& request) {
  Directory directory(store_, nearness_, &index_);
  KOINON_ASSIGN(const auto found, directory.find_ref(request.ref));
  if (found.log.id != *own_)
    return fail(Code::kRefused,
                Sentence{"withdrawal.of_another", "only the city that published a record can withdraw it"},
                "ref");
  KOINON_ASSIGN(const StoredRecord record, store_.record(*own_, found.index));
  KOINON_ASSIGN(const v1::Entry target, parse_entry(record.entry));
  if (target.kind() == v1::KIND_GENESIS || target.kind() == v1::KIND_KEYS ||
      target.kind() == v1::KIND_WITHDRAWAL || target.kind() == v1::KIND_ROTATION)
    return fail(Code::kRefused, "a " + std::string(kind_name(target.kind())) + " cannot be withdrawn", "ref");
  Prepared out;
  v1::Entry& entry = out.draft.entry;
  entry.set_kind(v1::KIND_WITHDRAWAL);
  for (const auto& topic : target.topics()) entry.add_topics(topic);
  auto* withdrawal = entry.mutable_control()->mutable_withdrawal();
  withdrawal->set_index(found.index.value);
  withdrawal->set_erase(request.erase);
  auto* ref = entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(own_->bytes());
  ref->set_index(found.index.value);
  ref->set_leaf_hash(leaf_hash(record.entry).bytes());
  if (std::string reason = plain_text(request.reason); !reason.empty()) {
    out.draft.body.emplace();
    out.draft.body->mutable_withdrawal()->set_reason(std::move(reason));
  }
  out.wish.kind = v1::KIND_WITHDRAWAL;
  out.wish.changes.push_back(found.index);
  return out;
}

Result<Publisher::Prepared> Publisher::prepare_vouch(const VouchRequest& request) {
  KOINON_ASSIGN(const LogId city, Directory(store_, nearness_).find_any(request.city));
  const DraftMaker maker =
      request.withdrawn ? vouch_withdrawal_maker(*own_, city) : city_vouch_maker(city, request.asked_at);
  Prepared out;
  KOINON_ASSIGN(out.draft, maker(store_));
  out.wish.kind = v1::KIND_VOUCH;
  return out;
}

Draft Publisher::as_signed(Draft draft) {
  inherit_topics(store_, draft.entry);
  return draft;
}

void Publisher::begin(const SigningPermit& permit, const Draft& draft,
                      std::function<void(Result<Published>)> done) {
  writer_.publish(
      permit,
      [draft](StoreReader& store) -> Result<Draft> {
        Draft out = draft;
        inherit_topics(store, out.entry);
        return out;
      },
      std::move(done));
}

asio::awaitable<Result<Published>> Publisher::sign(SigningPermit permit, Draft draft) {
  Beginning<Result<Published>> start =
      [this, permit, draft = std::move(draft)](std::function<void(Result<Published>)> done) {
        begin(permit, draft, std::move(done));
      };
  co_return co_await from_callback<Result<Published>>(std::move(start));
}

}  // namespace koinon
