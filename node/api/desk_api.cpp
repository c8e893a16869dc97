#include "node/api/desk_api.h"

#include <boost/json/serialize.hpp>

#include "node/api/change_request.h"
#include "node/api/full_names.h"
#include "node/api/kept_changes.h"
#include "node/api/query_params.h"
#include "node/publishing/meant_refs.h"
#include "node/publishing/own_log.h"
#include "node/reading/note_parts.h"
#include "node/reading/versions.h"
#include "node/replication/from_callback.h"
#include "node/text/language.h"
#include "node/text/markdown.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// What the audit lines say of these operations.
std::string made_of(const SignedView& view) {
  return view.held ? std::to_string(view.held->id.value) : view.ref;
}
unsigned status_of_released(const ReleasedView& view) { return view.held ? 202 : 201; }
std::string target_of_held(const HeldQuery& query) { return std::to_string(query.id.value); }

OperationFacts publish_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/records",
          .need = Need::kPublisher,
          .id = "publish",
          .tag = "publishing",
          .summary = "Sign and publish a record: now, or after a hold, or at a time",
          .takes = "PublishRequest",
          .gives = "Published",
          .status = 201,
          .gives_later = "Held"};
}

OperationFacts withdraw_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/withdrawals",
          .need = Need::kPublisher,
          .id = "withdraw",
          .tag = "publishing",
          .summary = "Take back a record of this city: now, or after a hold, or at a time",
          .takes = "WithdrawalRequest",
          .gives = "Withdrawal",
          .status = 201,
          .gives_later = "Held"};
}

OperationFacts preview_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/previews",
          .need = Need::kPublisher,
          .id = "preview",
          .tag = "publishing",
          .summary = "What would be published, and what is wrong with it",
          .takes = "PublishRequest",
          .gives = "Preview"};
}

OperationFacts import_facts() {
  return {
      .method = "POST",
      .pattern = "/api/v1/imports",
      .need = Need::kPublisher,
      .id = "importNotes",
      .tag = "publishing",
      .summary = "Publish many notes at once, each with its own outcome; or say what would become of them",
      .takes = "ImportRequest",
      .gives = "ImportResult"};
}

OperationFacts list_held_facts() {
  return {.method = "GET",
          .pattern = "/api/v1/held",
          .need = Need::kPublisher,
          .id = "listHeld",
          .tag = "publishing",
          .summary = "What waits to be signed, and what became of it",
          .query = {"limit", "cursor"},
          .gives = "HeldList"};
}

OperationFacts get_held_facts() {
  return {.method = "GET",
          .pattern = "/api/v1/held/{id}",
          .need = Need::kPublisher,
          .id = "getHeld",
          .tag = "publishing",
          .summary = "One thing that waits to be signed, or what became of it",
          .gives = "Held"};
}

OperationFacts cancel_facts() {
  return {.method = "DELETE",
          .pattern = "/api/v1/held/{id}",
          .need = Need::kPublisher,
          .id = "cancelHeld",
          .tag = "publishing",
          .summary = "Take back what waits to be signed",
          .gives = "Held"};
}

OperationFacts release_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/held/{id}/release",
          .need = Need::kReviewer,
          .id = "releaseHeld",
          .tag = "publishing",
          .summary = "Sign now what waits; what waits for a reviewer is approved for its time, if it has one",
          .gives = "Published",
          .status = 201,
          .gives_later = "Held"};
}

}  // namespace

Result<HeldListQuery> read_held_list_query(const Params& params) {
  HeldListQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(const auto before, number_param(params, "cursor", INT64_MAX));
  out.before = static_cast<std::int64_t>(before);
  return out;
}

DeskApi::DeskApi(ApiShared& shared)
    : publish(publish_facts(), this, &DeskApi::sign_asked, {.made = made_of, .status = status_of_signed}),
      withdraw(withdraw_facts(), this, &DeskApi::sign_asked, {.made = made_of, .status = status_of_signed}),
      preview(preview_facts(), this, &DeskApi::show_preview),
      import_notes(import_facts(), this, &DeskApi::import_all),
      list_held(list_held_facts(), this, &DeskApi::held_list),
      get_held(get_held_facts(), this, &DeskApi::one_held),
      cancel(cancel_facts(), this, &DeskApi::cancel_held, {.target = target_of_held}),
      release(release_facts(), this, &DeskApi::release_held,
              {.target = target_of_held, .status = status_of_released}),
      shared_(shared),
      parts_(shared.parts) {}

// --- publishing ---

namespace {

Result<std::optional<UnixMillis>> due_of(const WishedTime& when, UnixMillis now) {
  constexpr std::int64_t kMostMs = std::chrono::milliseconds(limits::kHoldMost).count();
  if (when.at && when.at->value > now.value + kMostMs)
    return fail(Code::kInvalidArgument, Sentence{"held.too_far", "it is at most a year from now"}, "at");
  if (when.at && *when.at <= now)
    return fail(Code::kInvalidArgument,
                Sentence{"held.past", "this time has passed; choose a later one, or none"}, "at");
  if (when.at) return when.at;
  if (!when.hold) return std::optional<UnixMillis>();
  return std::optional(UnixMillis{now.value + std::chrono::milliseconds(*when.hold).count()});
}

}  // namespace

Result<DeskApi::Asked> DeskApi::ask_gate(const SigningQuery& query, const Caller& caller) {
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const auto due, due_of(query.when, now));
  if (!parts_.facts.log()) return observer_refusal();
  // What cannot be published is refused now, and not when nobody is there any more.
  KOINON_ASSIGN(auto prepared, shared_.publisher.prepare(query.request, caller));
  KOINON_TRY(check_meant(query.meant, prepared.draft.entry));
  prepared.wish.at = due;
  KOINON_ASSIGN(const Verdict verdict, shared_.publisher.decide(caller, prepared.wish, now));
  return Asked{std::move(prepared), verdict, now, query.when.at.has_value()};
}

Result<HeldNote> DeskApi::hold(const Asked& asked, const boost::json::object& kept, const Caller& caller,
                               std::optional<DraftVersion> draft) {
  HeldNote note;
  note.user = caller.user;
  note.who = caller.name;
  note.made_at = asked.at;
  note.due_at = asked.verdict.due;
  if (!asked.timed) note.hold = std::chrono::milliseconds(note.due_at.value - note.made_at.value);
  note.state = asked.verdict.when == Verdict::When::kReviewed ? HeldState::kReview : HeldState::kWaiting;
  note.kept = asked.verdict.when == Verdict::When::kNow;
  const auto& control = asked.prepared.draft.entry.control();
  if (control.withdrawal().erase()) note.hides = EntryIndex(control.withdrawal().index());
  // What it names stays what was meant, whoever has these names when it is signed. And in whose name it was
  // asked for stands, wherever the account is then.
  Directory directory(*parts_.store, parts_.nearness);
  KOINON_ASSIGN(boost::json::object request, with_full_names(kept, directory, *parts_.facts.log()));
  if (!asked.prepared.wish.office.empty()) request["office"] = asked.prepared.wish.office;
  note.request = boost::json::serialize(request);
  note.meant = meant_by(asked.prepared.draft.entry, ref_texts(request));
  return put_held(shared_, std::move(note), [&]() -> Status {
    return draft ? shared_.desk.remove_draft(draft->id, draft->version) : Status();
  });
}

asio::awaitable<Result<SignedView>> DeskApi::sign_asked(Asker asker, SigningQuery query) {
  return sign_or_hold(std::move(query), std::move(asker.caller));
}

asio::awaitable<Result<SignedView>> DeskApi::sign_or_hold(SigningQuery query, Caller caller,
                                                          std::optional<DraftVersion> draft) {
  const auto asked = ask_gate(query, caller);
  if (!asked.ok()) co_return asked.error();
  const auto& prepared = asked->prepared;
  const auto& verdict = asked->verdict;
  SignedView out;
  auto waits = verdict.when != Verdict::When::kNow ? Result<bool>(true) : must_keep(shared_);
  if (!waits.ok()) co_return waits.error();
  Result<Published> published = Published{};
  if (!*waits) {
    published = co_await shared_.publisher.sign(verdict.permit, prepared.draft);
    waits = !published.ok() && was_put_off(shared_, published.error());
  }
  if (*waits) {
    const auto held = hold(*asked, query.kept, caller, draft);
    if (!held.ok()) co_return held.error();
    co_await hide_text_of(&shared_, *held);
    out.held = kept_view(shared_, *held);
    out.warnings = prepared.warnings;
    co_return out;
  }
  if (!published.ok()) co_return published.error();
  out.ref = Directory(*parts_.store, parts_.nearness).ref(*parts_.facts.log(), published->index);
  out.index = published->index;
  out.warnings = prepared.warnings;
  out.withdrawal = prepared.wish.kind == v1::KIND_WITHDRAWAL;
  if (!out.withdrawal) co_return out;
  const auto& withdrawal = prepared.draft.entry.control().withdrawal();
  out.erase = withdrawal.erase();
  if (!out.erase) co_return out;
  auto left = left_over(EntryIndex(withdrawal.index()), caller);
  if (left.ok()) out.left = std::move(*left);
  co_return out;
}

// Versions and translations are records of their own, and drafts are somebody's work: what is to be done
// about them whoever erases is told, and decides.
Result<LeftOver> DeskApi::left_over(EntryIndex erased, const Caller& caller) {
  const LogId own = *parts_.facts.log();
  Directory directory(*parts_.store, parts_.nearness);
  KOINON_ASSIGN(const auto versions, read_versions(*parts_.store, *parts_.index, own, erased));
  LeftOver out;
  for (const EntryIndex index : versions) out.versions.push_back(directory.ref(own, index));
  const std::string ref = directory.ref(own, erased);
  const bool all = caller.role >= Role::kReviewer;
  KOINON_ASSIGN(out.drafts,
                shared_.desk.drafts_with(all ? std::nullopt : std::optional(caller.user), "\"" + ref + "\""));
  return out;
}

Result<PreviewView> DeskApi::show_preview(const Asker& asker, const SigningQuery& query) {
  KOINON_ASSIGN(const Asked asked, ask_gate(query, asker.caller));
  const auto& prepared = asked.prepared;
  const Draft draft = shared_.publisher.as_signed(prepared.draft);
  const auto& entry = draft.entry;
  PreviewView out;
  out.kind = entry.kind();
  out.language = entry.language();
  out.topics.assign(entry.topics().begin(), entry.topics().end());
  out.body = prepared.draft.body;
  constexpr unsigned kPreview = 2;  // the level of the heading that stands above it on the page
  if (prepared.draft.body) {
    const auto parts = note_parts(*prepared.draft.body, entry.language());
    out.html = "<div " + language_attributes(entry.language()) + ">\n" +
               note_html(parts_.commons.texts, parts, kPreview) + "</div>\n";
  }
  out.markdown = format_note_file(prepared.note);
  out.warnings = prepared.warnings;
  KOINON_TRY(add_circumstances(asked, draft, out));
  return out;
}

// What would become of it, and when.
Status DeskApi::add_circumstances(const Asked& asked, const Draft& draft, PreviewView& view) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  view.office = asked.prepared.wish.office;
  for (const auto& city : draft.entry.to()) view.to.push_back(directory.city(LogId::from(city)));
  view.refs = read_refs(directory, *parts_.store, *parts_.index, draft.entry);
  view.when = asked.verdict.when;
  view.due = asked.verdict.due;
  view.signing_stopped = parts_.writer.signing_stopped();
  if (!view.signing_stopped) view.signing_waits = parts_.writer.signing_waits();
  if (draft.again) return {};
  KOINON_ASSIGN(const auto standing, parts_.store->own_content(content_digest(draft).bytes()));
  if (standing) view.stands_as = directory.ref(*parts_.facts.log(), *standing);
  return {};
}

// --- what is held ---

Result<HeldListView> DeskApi::held_list(const Asker& asker, const HeldListQuery& query) {
  const bool all = asker.caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto page, shared_.desk.held_of(all ? std::nullopt : std::optional(asker.caller.user),
                                                      query.before, query.limit));
  HeldListView out;
  for (const HeldNote& note : page.items) {
    KOINON_ASSIGN(HeldView one, shown_held(note));
    out.items.push_back(std::move(one));
  }
  if (page.more) out.next = page.items.back().id;
  return out;
}

Result<HeldNote> DeskApi::held_note(const HeldId& id, const Caller& caller) {
  KOINON_ASSIGN(auto note, shared_.desk.held(id));
  if (!note || (caller.role < Role::kReviewer && note->user != caller.user))
    return fail(Code::kNotFound, Sentence{"held.unknown", "nothing of that number waits"}, "id");
  return std::move(*note);
}

namespace {

// What is to be taken back, by the ref that the request names; empty: nothing is.
std::string withdrawn_ref(const HeldView& held) {
  const auto* withdraw = held.request.if_contains("withdraw");
  return withdraw != nullptr && withdraw->is_object() ? text_member(withdraw->get_object(), "ref")
                                                      : std::string();
}

}  // namespace

// What was signed is called as the record is, and a withdrawal that waits as what it takes back.
Result<HeldView> DeskApi::shown_held(const HeldNote& note) {
  HeldView out = kept_view(shared_, note);
  const std::string named = note.state == HeldState::kSigned ? note.outcome : withdrawn_ref(out);
  if (named.empty()) return out;
  Directory directory(*parts_.store, parts_.nearness);
  const auto found = directory.find_ref(named);
  if (!found.ok()) return out;
  KOINON_ASSIGN(const auto record, parts_.index->get(found->log.id, found->index));
  if (record) {
    out.title = title_line(record->title);
    out.language = record->language;
  }
  return out;
}

Result<HeldView> DeskApi::one_held(const Asker& asker, const HeldQuery& query) {
  KOINON_ASSIGN(const HeldNote note, held_note(query.id, asker.caller));
  return shown_held(note);
}

Result<HeldView> DeskApi::cancel_held(const Asker& asker, const HeldQuery& query) {
  KOINON_ASSIGN(HeldNote note, held_note(query.id, asker.caller));
  note.outcome = "taken back by " + asker.caller.name;
  const bool waits_otherwise = note.state == HeldState::kReview || note.state == HeldState::kSetAside;
  const HeldState from = waits_otherwise ? note.state : HeldState::kWaiting;
  KOINON_TRY(shared_.desk.settle(note.id, from, HeldState::kCancelled, note.outcome, parts_.clock.wall()));
  note.state = HeldState::kCancelled;
  if (note.hides) parts_.wake_hold_queue();  // it shows again what was hidden
  return held_view(note);
}

Result<ReleasedView> DeskApi::still_held(const HeldId& id, const Caller& caller) {
  KOINON_ASSIGN(const HeldNote note, held_note(id, caller));
  ReleasedView out;
  out.held = kept_view(shared_, note);
  return out;
}

// The queue signs it, as it signs whatever waits.
asio::awaitable<Result<ReleasedView>> DeskApi::release_held(Asker asker, HeldQuery query) {
  const auto note = held_note(query.id, asker.caller);
  if (!note.ok()) co_return note.error();
  const Status approved = shared_.desk.approve(note->id, asker.caller.name, parts_.clock.wall());
  if (!approved.ok()) co_return approved.error();
  const bool was_looked_at = note->state == HeldState::kReview || note->state == HeldState::kSetAside;
  if (was_looked_at && !note->hold && note->due_at > parts_.clock.wall()) {
    parts_.wake_hold_queue();
    co_return still_held(note->id, asker.caller);
  }
  Beginning<Result<EntryIndex>> begin = [this, id = note->id](std::function<void(Result<EntryIndex>)> done) {
    parts_.sign_held(id, std::move(done));
  };
  const auto published = co_await from_callback<Result<EntryIndex>>(std::move(begin));
  if (!published.ok() && was_put_off(shared_, published.error())) {
    const Status kept = shared_.desk.keep_due(parts_.clock.wall());
    if (!kept.ok()) co_return kept.error();
    parts_.wake_hold_queue();
    co_return still_held(note->id, asker.caller);
  }
  if (!published.ok()) co_return published.error();
  co_return ReleasedView{Directory(*parts_.store, parts_.nearness).ref(*parts_.facts.log(), *published),
                         *published, std::nullopt};
}

}  // namespace koinon
