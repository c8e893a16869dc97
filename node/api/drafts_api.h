// Notes that are being written: kept, changed by one at a time, published from the desk.
//
// On the reading thread that its parts belong to; publishing is the desk's.
#pragma once

#include "node/api/api.h"
#include "node/api/desk_api.h"
#include "node/api/operation.h"
#include "node/text/params.h"

namespace koinon {

struct DraftView {
  DraftId id;
  std::string owner;  // an account's name; "local" where there is none
  UnixMillis updated_at;
  std::int64_t version = 0;  // counts its changes
  boost::json::object note;  // as it was written; without members where it cannot be read any more
};

struct DraftListQuery {
  std::size_t limit = limits::kPageSize;
  std::optional<DraftPlace> after;  // where the page before ended
};
// limit, cursor.
Result<DraftListQuery> read_draft_list_query(const Params& params);

struct DraftListView {
  std::vector<DraftView> items;
  std::optional<DraftPlace> next;  // where the page ends
};
// How an address says it.
std::string place_text(const DraftPlace& place);

struct DraftQuery {
  DraftId id;
};

// A note that is a request to publish by its form; what is wrong with it shows when it is published.
struct NewDraft {
  boost::json::object note;
};

struct DraftChange {
  DraftId id;
  boost::json::object note;
  std::optional<std::int64_t> version;  // that was read; none: whatever it is now
};

struct DraftPublishing {
  DraftId id;
  std::optional<std::int64_t> version;  // that was read: of another's draft it must be named
  WishedTime when;                      // goes before what the draft says
};

class DraftsApi {
 public:
  DraftsApi(ApiShared& shared, DeskApi& desk);

  // One's own; a reviewer has all. kNotFound; kConflict: it is no longer the version that was read.
  const Operation<DraftListQuery, DraftListView> list;
  const Operation<NewDraft, DraftView> add;
  const Operation<DraftQuery, DraftView> get;
  const Operation<DraftChange, DraftView> change;
  const Operation<DraftQuery, Nothing> remove;
  const Operation<DraftPublishing, SignedView> publish;

 private:
  Result<DraftListView> list_drafts(const Asker& asker, const DraftListQuery& query);
  Result<DraftView> add_draft(const Asker& asker, const NewDraft& query);
  Result<DraftView> get_draft(const Asker& asker, const DraftQuery& query);
  Result<DraftView> change_draft(const Asker& asker, const DraftChange& query);
  Result<Nothing> remove_draft(const Asker& asker, const DraftQuery& query);
  boost::asio::awaitable<Result<SignedView>> publish_draft(Asker asker, DraftPublishing query);
  // The one that is meant; not found where it is another's and no reviewer asks.
  Result<StoredDraft> own(const DraftId& id, const Caller& caller);
  Result<DraftView> view_of(const StoredDraft& draft);

  ApiShared& shared_;
  ApiParts& parts_;
  DeskApi& desk_;
};

}  // namespace koinon
