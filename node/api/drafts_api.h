// Drafts of notes. They are kept, changed by one person at a time, and published through the desk.
//
// On the reading thread of its parts; publishing is the desk's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "node/api/api.h"
#include "node/api/change_place.h"
#include "node/api/desk_api.h"
#include "node/api/operation.h"
#include "node/text/params.h"

namespace koinon {

struct DraftView {
  DraftId id;
  std::string owner;  // an account's name; "local" where there is none
  UnixMillis updated_at;
  std::int64_t version = 0;  // counts its changes
  boost::json::object note;  // as it was written; without members if it can no longer be read
};

struct DraftListQuery {
  std::size_t limit = limits::kPageSize;
  std::optional<DraftPlace> after;  // the last draft of the page before
};
// Reads limit and cursor.
Result<DraftListQuery> read_draft_list_query(const Params& params);

struct DraftListView {
  std::vector<DraftView> items;
  std::optional<DraftPlace> next;  // the last draft of this page; nothing: the list ends here
};

struct DraftQuery {
  DraftId id;
};

struct DraftRemoval {
  DraftId id;
  std::optional<std::int64_t> version;  // the version that the caller has read; nothing: any
};

// A note with the form of a request to publish. Faults of its content show when it is published.
struct NewDraft {
  boost::json::object note;
};

struct DraftChange {
  DraftId id;
  boost::json::object note;
  std::optional<std::int64_t> version;  // the version that the caller has read; nothing: any
};

struct DraftPublishing {
  DraftId id;
  std::optional<std::int64_t>
      version;      // the version that the caller has read; needed for the draft of another
  WishedTime when;  // counts before the times in the draft
};

class DraftsApi {
 public:
  DraftsApi(ApiShared& shared, DeskApi& desk);

  // The caller's own; a reviewer sees all. kNotFound: there is none. kConflict: it is no longer the version
  // that was read.
  const Operation<DraftListQuery, DraftListView> list;
  const Operation<NewDraft, DraftView> add;
  const Operation<DraftQuery, DraftView> get;
  const Operation<DraftChange, DraftView> change;
  const Operation<DraftRemoval, Nothing> remove;
  const Operation<DraftPublishing, SignedView> publish;

  // What `add` does, for operations of other areas that make a draft. They need what `add` needs, and write
  // their own audit line.
  Result<DraftView> add_draft(const Asker& asker, const NewDraft& query);
  // Of the caller's own drafts that have this text in them, the wanted one that changed last.
  Result<std::optional<DraftView>> find_own(const Asker& asker, std::string_view text,
                                            const std::function<bool(const StoredDraft&)>& is_wanted);

 private:
  Result<DraftListView> list_drafts(const Asker& asker, const DraftListQuery& query);
  Result<DraftView> get_draft(const Asker& asker, const DraftQuery& query);
  Result<DraftView> change_draft(const Asker& asker, const DraftChange& query);
  Result<Nothing> remove_draft(const Asker& asker, const DraftRemoval& query);
  boost::asio::awaitable<Result<SignedView>> publish_draft(Asker asker, DraftPublishing query);
  // The draft with this id. kNotFound: there is none, or it is another's and the caller is no reviewer.
  Result<StoredDraft> own(const DraftId& id, const Caller& caller);
  Result<DraftView> view_of(const StoredDraft& draft);
  // Which entries the refs of a note mean, as StoredDraft::meant. A ref that stays as it was written keeps
  // what it meant before.
  Bytes meant_of(const boost::json::object& note, const Bytes& before);

  ApiShared& shared_;
  ApiParts& parts_;
  DeskApi& desk_;
};

}  // namespace koinon
