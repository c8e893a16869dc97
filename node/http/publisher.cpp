#include "node/http/publisher.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/http/change_request.h"
#include "node/http/from_callback.h"
#include "node/publishing/note_rules.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

bool is_reply(v1::RefRole role) {
  return role == v1::REF_ROLE_ADOPTS || role == v1::REF_ROLE_ABOUT || role == v1::REF_ROLE_ANSWERS;
}

// Replies carry their target's topics, so that whoever follows a topic gets the whole conversation.
void inherit_topics(StoreReader& store, v1::Entry& entry) {
  for (const auto& ref : entry.refs()) {
    if (!is_reply(ref.role())) continue;
    const auto record = store.record(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    const auto target = record.ok() ? parse_entry(record->entry) : Result<v1::Entry>(record.error());
    if (!target.ok()) continue;
    for (const auto& topic : target->topics()) {
      const bool there =
          std::find(entry.topics().begin(), entry.topics().end(), topic) != entry.topics().end();
      if (!there && static_cast<std::size_t>(entry.topics_size()) < limits::kTopics) entry.add_topics(topic);
    }
  }
}

Result<Draft> to_draft(Directory& directory, const NoteFile& note) {
  Draft draft;
  draft.entry.set_kind(note.kind);
  draft.entry.set_language(note.language);
  for (const auto& topic : note.topics) draft.entry.add_topics(topic);
  for (const auto& ref : note.refs) {
    KOINON_ASSIGN(const auto found, directory.find_ref(ref.ref));
    auto* out = draft.entry.add_refs();
    out->set_role(ref.role);
    out->set_log_id(found.log.id.bytes());
    out->set_index(found.index.value);
  }
  for (const auto& city : note.to) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    draft.entry.add_to(log.id.bytes());
  }
  draft.body = note.body;
  return draft;
}

}  // namespace

// A publisher speaks for its own office, and not for the city as such.
Status Publisher::check_caller(NoteFile& note, const Caller& caller) {
  if (caller.role >= Role::kReviewer) return {};
  if (note.kind == v1::KIND_PROFILE || note.kind == v1::KIND_NODE_NOTICE)
    return fail(Code::kRefused, "the city's profile and notices take a reviewer", "kind");
  if (!caller.office.empty()) {
    auto* author = note.body.mutable_author();
    if (author->office().empty()) author->set_office(caller.office);
    if (author->office() != caller.office)
      return fail(Code::kRefused, "this account publishes for " + caller.office + " alone", "office");
  }
  Directory directory(store_);
  for (const auto& ref : note.refs) {
    if (ref.role != v1::REF_ROLE_REVISES) continue;
    const auto found = directory.find_ref(ref.ref);
    if (found.ok() && found->log.id == own_) KOINON_TRY(may_change(caller, found->index));
  }
  return {};
}

Status Publisher::may_change(const Caller& caller, EntryIndex index) {
  if (caller.role >= Role::kReviewer || caller.office.empty()) return {};
  KOINON_ASSIGN(const StoredRecord record, store_.record(*own_, index));
  const auto body = parse_body(record.body);
  if (body.ok() && body->author().office() == caller.office) return {};
  return fail(Code::kRefused, "another office published it; ask a reviewer", "ref");
}

namespace {

// Cities are compared by these: whoever reads them should be able to look them up.
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

Result<Publisher::Prepared> Publisher::prepare(const json::object& request, const Caller& caller) {
  if (!own_) return observer_refusal();
  Directory directory(store_);
  Prepared out;
  KOINON_ASSIGN(out.note, read_publish_request(request));
  if (out.note.language.empty() && !request.contains("file")) {
    KOINON_ASSIGN(const auto latest, index_.latest(*own_, v1::KIND_PROFILE));
    if (latest) {
      KOINON_ASSIGN(const auto profile, index_.get(*own_, *latest));
      if (profile) out.note.language = profile->language;
    }
  }
  KOINON_TRY(check_caller(out.note, caller));
  KOINON_TRY(check_note(out.note));
  out.warnings = out.note.warnings;
  if (out.note.body.has_profile()) ask_for_sources(out.note.body.profile(), out.warnings);
  KOINON_ASSIGN(out.draft, to_draft(directory, out.note));
  out.draft.again = flag_member(request, "again", false);
  return out;
}

void Publisher::begin(const Draft& draft, std::function<void(Result<Published>)> done) {
  writer_.publish(
      [draft](StoreReader& store) -> Result<Draft> {
        Draft out = draft;
        inherit_topics(store, out.entry);
        return out;
      },
      std::move(done));
}

asio::awaitable<Result<PublishedNote>> Publisher::publish(json::object request, Caller caller) {
  const auto prepared = prepare(request, caller);
  if (!prepared.ok()) co_return prepared.error();
  Beginning<Result<Published>> start =
      [this, draft = prepared->draft](std::function<void(Result<Published>)> done) {
        begin(draft, std::move(done));
      };
  const auto published = co_await from_callback<Result<Published>>(std::move(start));
  if (!published.ok()) co_return published.error();
  Directory directory(store_);
  co_return PublishedNote{directory.ref(*own_, published->index), published->index, prepared->warnings};
}

}  // namespace koinon
