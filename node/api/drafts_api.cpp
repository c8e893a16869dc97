#include "node/api/drafts_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/merkle.h"
#include "node/api/change_request.h"
#include "node/api/query_params.h"
#include "node/publishing/meant_refs.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

Error changed_since() {
  return fail(Code::kConflict,
              Sentence{"draft.changed", "the draft has been changed by somebody else since; read it again"},
              "If-Match");
}

// What the audit lines say of these operations.
std::string id_text(const DraftId& id) { return std::to_string(id.value); }
std::string made_of(const DraftView& view) { return id_text(view.id); }
template <typename Query>
std::string target_of_draft(const Query& query) {
  return id_text(query.id);
}

}  // namespace

Result<DraftListQuery> read_draft_list_query(const Params& params) {
  DraftListQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(out.after, read_change_place<DraftId>(param(params, "cursor")));
  return out;
}

DraftsApi::DraftsApi(ApiShared& shared, DeskApi& desk)
    : list({.method = "GET",
            .pattern = "/api/v1/drafts",
            .need = Need::kPublisher,
            .id = "listDrafts",
            .tag = "publishing",
            .summary = "Drafts: one's own, a reviewer all",
            .query = {"limit", "cursor"},
            .gives = "DraftList"},
           this, &DraftsApi::list_drafts),
      add({.method = "POST",
           .pattern = "/api/v1/drafts",
           .need = Need::kPublisher,
           .id = "addDraft",
           .tag = "publishing",
           .summary = "Keep a draft",
           .takes = "PublishRequest",
           .gives = "Draft",
           .status = 201},
          this, &DraftsApi::add_draft, {.made = made_of}),
      get({.method = "GET",
           .pattern = "/api/v1/drafts/{id}",
           .need = Need::kPublisher,
           .id = "getDraft",
           .tag = "publishing",
           .summary = "One draft",
           .gives = "Draft"},
          this, &DraftsApi::get_draft),
      change({.method = "PUT",
              .pattern = "/api/v1/drafts/{id}",
              .need = Need::kPublisher,
              .id = "changeDraft",
              .tag = "publishing",
              .summary = "Change a draft; If-Match names the version that was read",
              .takes = "PublishRequest",
              .gives = "Draft"},
             this, &DraftsApi::change_draft, {.target = target_of_draft<DraftChange>}),
      remove({.method = "DELETE",
              .pattern = "/api/v1/drafts/{id}",
              .need = Need::kPublisher,
              .id = "removeDraft",
              .tag = "publishing",
              .summary = "Throw a draft away; If-Match names the version that was read",
              .status = 204},
             this, &DraftsApi::remove_draft, {.target = target_of_draft<DraftRemoval>}),
      publish({.method = "POST",
               .pattern = "/api/v1/drafts/{id}/publish",
               .need = Need::kPublisher,
               .id = "publishDraft",
               .tag = "publishing",
               .summary = "Publish a draft",
               .takes = "HoldRequest",
               .gives = "Published",
               .status = 201,
               .gives_later = "Held"},
              this, &DraftsApi::publish_draft,
              {.target = target_of_draft<DraftPublishing>, .status = status_of_signed}),
      shared_(shared),
      parts_(shared.parts),
      desk_(desk) {}

Result<DraftView> DraftsApi::view_of(const StoredDraft& draft) {
  KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
  return DraftView{draft.id, owner ? owner->name : "local", draft.updated_at, draft.version,
                   kept_request(draft.note)};
}

Result<DraftListView> DraftsApi::list_drafts(const Asker& asker, const DraftListQuery& query) {
  const bool all = asker.caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto page, shared_.desk.drafts(all ? std::nullopt : std::optional(asker.caller.user),
                                                     query.limit, query.after));
  DraftListView out;
  for (const StoredDraft& draft : page.items) {
    KOINON_ASSIGN(DraftView one, view_of(draft));
    out.items.push_back(std::move(one));
  }
  if (page.more) out.next = DraftPlace{page.items.back().updated_at, page.items.back().id};
  return out;
}

Result<DraftView> DraftsApi::add_draft(const Asker& asker, const NewDraft& query) {
  KOINON_ASSIGN(const std::size_t mine, shared_.desk.count_drafts(asker.caller.user));
  if (mine >= limits::kDrafts)
    return fail(Code::kTooLarge,
                Sentence{"draft.too_many",
                         "an account has at most {most} drafts",
                         {{"most", std::int64_t{limits::kDrafts}}}},
                "draft");
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const DraftId id,
                shared_.desk.add_draft(asker.caller.user, boost::json::serialize(query.note), now,
                                       meant_of(query.note, {})));
  return DraftView{id, asker.caller.name, now, 1, query.note};
}

Result<std::optional<DraftView>> DraftsApi::find_own(
    const Asker& asker, std::string_view text, const std::function<bool(const StoredDraft&)>& is_wanted) {
  KOINON_ASSIGN(const std::vector<DraftId> ids, shared_.desk.drafts_with(asker.caller.user, text));
  for (const DraftId& id : ids) {
    KOINON_ASSIGN(const auto draft, shared_.desk.draft(id));
    if (!draft || !is_wanted(*draft)) continue;
    KOINON_ASSIGN(DraftView found, view_of(*draft));
    return std::optional(std::move(found));
  }
  return std::optional<DraftView>();
}

// A note with more refs than an entry has is not published. What is not held here is not published either.
Bytes DraftsApi::meant_of(const boost::json::object& note, const Bytes& before) {
  Directory directory(*parts_.store, parts_.nearness);
  std::vector<std::string> refs = ref_texts(note);
  refs.resize(std::min(refs.size(), limits::kRefs));
  return still_meant(before, refs, [&](const std::string& text) -> std::optional<MeantRef> {
    const auto found = directory.find_ref(text);
    if (!found.ok()) return std::nullopt;
    const auto leaf = parts_.store->entry(found->log.id, found->index);
    if (!leaf.ok()) return std::nullopt;
    return MeantRef{text, found->log.id, found->index, leaf_hash(*leaf)};
  });
}

Result<StoredDraft> DraftsApi::own(const DraftId& id, const Caller& caller) {
  KOINON_ASSIGN(auto draft, shared_.desk.draft(id));
  if (!draft || (caller.role < Role::kReviewer && draft->user != caller.user))
    return fail(Code::kNotFound, Sentence{"draft.unknown", "there is no such draft"}, "id");
  return std::move(*draft);
}

Result<DraftView> DraftsApi::get_draft(const Asker& asker, const DraftQuery& query) {
  KOINON_ASSIGN(const StoredDraft draft, own(query.id, asker.caller));
  return view_of(draft);
}

Result<DraftView> DraftsApi::change_draft(const Asker& asker, const DraftChange& query) {
  KOINON_ASSIGN(StoredDraft draft, own(query.id, asker.caller));
  std::string note = boost::json::serialize(query.note);
  if (query.version && *query.version != draft.version) {
    // The answer to an earlier try may have been lost on its way.
    if (note != draft.note) return changed_since();
    return view_of(draft);
  }
  draft.note = std::move(note);
  draft.meant = meant_of(query.note, draft.meant);
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(shared_.desk.change_draft(draft.id, draft.version, draft.note, now, draft.meant));
  ++draft.version;
  draft.updated_at = now;
  return view_of(draft);
}

Result<Nothing> DraftsApi::remove_draft(const Asker& asker, const DraftRemoval& query) {
  KOINON_ASSIGN(const StoredDraft draft, own(query.id, asker.caller));
  KOINON_TRY(shared_.desk.remove_draft(draft.id, query.version));
  return Nothing{};
}

asio::awaitable<Result<SignedView>> DraftsApi::publish_draft(Asker asker, DraftPublishing query) {
  const auto draft = own(query.id, asker.caller);
  if (!draft.ok()) co_return draft.error();
  // Whoever signs what another wrote names what they read.
  const bool as_read = query.version ? *query.version == draft->version : draft->user == asker.caller.user;
  if (!as_read) co_return changed_since();
  auto wish = read_kept_draft(draft->note, query.when);
  if (!wish.ok()) co_return wish.error();
  wish->meant = draft->meant;
  const auto done =
      co_await desk_.sign_or_hold(std::move(*wish), asker.caller, DraftVersion{draft->id, draft->version});
  // What was changed while it was signed stays.
  if (done.ok() && !done->held) (void)shared_.desk.remove_draft(draft->id, draft->version);
  co_return done;
}

}  // namespace koinon
