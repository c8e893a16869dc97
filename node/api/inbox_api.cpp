#include "node/api/inbox_api.h"

#include <boost/json.hpp>

#include "node/api/inbox_json.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

Status needs_account(const Caller& caller) {
  if (caller.user.value != 0) return {};
  return fail(Code::kRefused,
              Sentence{"account.needed", "this belongs to an account; log in, or use a token of one"},
              "account");
}

// All of it or nothing: what is cut off is lost.
Status check_remark(const std::string& remark) {
  if (remark.size() <= limits::kRemarkBytes) return {};
  return fail(Code::kTooLarge,
              Sentence{"remark.length",
                       "a remark has at most {most} bytes; nothing was changed",
                       {{"most", std::int64_t{limits::kRemarkBytes}}}},
              "remark");
}

Result<std::optional<WatchItem>> read_watch_place(const std::string& cursor) {
  if (cursor.empty()) return std::optional<WatchItem>();
  const auto wrong = fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
  const auto first = cursor.find('.');
  const auto second = cursor.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return wrong;
  const auto added_at = parse_decimal(cursor.substr(0, first));
  const auto index = parse_decimal(cursor.substr(first + 1, second - first - 1));
  const auto log = parse_log_id(cursor.substr(second + 1));
  if (!added_at.ok() || !index.ok() || !log.ok() || *added_at > INT64_MAX || *index > INT64_MAX) return wrong;
  WatchItem place;
  place.log = *log;
  place.index = EntryIndex(*index);
  place.added_at = {static_cast<std::int64_t>(*added_at)};
  return std::optional<WatchItem>(place);
}

std::string target_of_change(const CaseChange& wanted) { return wanted.ref; }
std::string target_of_wish(const WatchWish& wish) { return wish.ref; }
std::string target_of_record(const NamedRecord& record) { return record.ref; }

}  // namespace

Result<WatchListQuery> read_watch_list_query(const Params& params) {
  WatchListQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(out.after, read_watch_place(param(params, "cursor")));
  return out;
}

// When it was added, then which it is.
std::string watch_place_text(const WatchItem& place) {
  return std::to_string(place.added_at.value) + "." + std::to_string(place.index.value) + "." +
         to_text(place.log);
}

InboxApi::InboxApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/inbox",
            .need = Need::kReader,
            .id = "listInbox",
            .tag = "inbox",
            .summary = "Questions to us, and answers to, adoptions and versions of what is ours",
            .query = {"state", "assignee", "since", "limit", "cursor"},
            .gives = "InboxList",
            .at_reader = AtReader::kYes},
           this, &InboxApi::inbox),
      change({.method = "PATCH",
              .pattern = "/api/v1/inbox/{city}/{index}",
              .need = Need::kPublisher,
              .id = "changeInboxItem",
              .tag = "inbox",
              .summary = "Say who sees to it, and whether it is done",
              .takes = "InboxChange",
              .gives = "InboxItem"},
             this, &InboxApi::change_case, {.target = target_of_change}),
      colleagues({.method = "GET",
                  .pattern = "/api/v1/colleagues",
                  .need = Need::kPublisher,
                  .id = "listColleagues",
                  .tag = "inbox",
                  .summary = "Who may see to what is in the inbox",
                  .gives = "ColleagueList"},
                 this, &InboxApi::all_colleagues),
      watchlist({.method = "GET",
                 .pattern = "/api/v1/watchlist",
                 .need = Need::kReader,
                 .id = "listWatched",
                 .tag = "inbox",
                 .summary = "What one watches",
                 .query = {"limit", "cursor"},
                 .gives = "WatchList",
                 .at_reader = AtReader::kYes},
                this, &InboxApi::watched),
      watch({.method = "PUT",
             .pattern = "/api/v1/watchlist/{city}/{index}",
             .need = Need::kReader,
             .id = "watch",
             .tag = "inbox",
             .summary = "Watch a record",
             .takes = "WatchRequest",
             .status = 204},
            this, &InboxApi::add_watched, {.target = target_of_wish}),
      unwatch({.method = "DELETE",
               .pattern = "/api/v1/watchlist/{city}/{index}",
               .need = Need::kReader,
               .id = "unwatch",
               .tag = "inbox",
               .summary = "No longer watch it",
               .status = 204},
              this, &InboxApi::remove_watched, {.target = target_of_record}),
      shared_(shared),
      parts_(shared.parts) {}

// --- inbox ---

Result<InboxView> InboxApi::inbox(const Asker&, const InboxQuery& query) {
  const auto own = parts_.facts.log();
  if (!own) return InboxView();
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_inbox({directory, *parts_.store, *parts_.index, shared_.desk}, *own, query);
}

// What a request says of a case; what it does not name stays.
Status InboxApi::edit_case(const CaseChange& wanted, InboxCase& item) {
  if (wanted.state) item.state = *wanted.state;
  if (wanted.assignee) {
    item.assignee = *wanted.assignee;
    if (!item.assignee.empty()) {
      KOINON_ASSIGN(const auto user, shared_.accounts.find(item.assignee));
      if (!user)
        return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "assignee");
      item.assignee = user->name;
    }
  }
  if (wanted.remark) {
    KOINON_TRY(check_remark(*wanted.remark));
    if (wanted.remark_was && *wanted.remark_was != item.remark && *wanted.remark != item.remark)
      return fail(Code::kConflict,
                  Sentence{"inbox.remark_changed",
                           "meanwhile somebody else has written “{remark}” here; write what both of you mean",
                           {{"remark", item.remark}}},
                  "remark");
    item.remark = *wanted.remark;
  }
  item.updated_at = parts_.clock.wall();
  return {};
}

Result<CaseView> InboxApi::change_case(const Asker&, const CaseChange& wanted) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(wanted.ref));
  KOINON_ASSIGN(const auto record, parts_.index->get(found.log.id, found.index));
  if (!record) return fail(Code::kNotFound, Sentence{"inbox.unknown", "it is not in the inbox"}, "ref");
  KOINON_ASSIGN(const InboxCase item,
                shared_.desk.change_case(found.log.id, found.index,
                                         [&](InboxCase& one) { return edit_case(wanted, one); }));
  return read_case({directory, *parts_.store, *parts_.index, shared_.desk},
                   parts_.facts.log().value_or(LogId()), *record, item);
}

Result<std::vector<Colleague>> InboxApi::all_colleagues(const Asker&, const Nothing&) {
  KOINON_ASSIGN(const auto users, shared_.accounts.all());
  std::vector<Colleague> out;
  for (const User& user : users) {
    if (out.size() == limits::kAccounts) break;
    if (user.role >= Role::kPublisher) out.push_back({user.name, user.person, user.office});
  }
  return out;
}

// --- watchlist ---

Result<WatchedView> InboxApi::read_watched(Directory& directory, const WatchItem& item) {
  WatchedView out;
  out.ref = directory.ref(item.log, item.index);
  KOINON_ASSIGN(const auto record, parts_.index->get(item.log, item.index));
  if (record) out.note = read_summary(directory, *record);
  KOINON_ASSIGN(out.referred_by, parts_.index->references(item.log, item.index));
  out.remark = item.remark;
  out.added_at = item.added_at;
  return out;
}

Result<WatchListView> InboxApi::watched(const Asker& asker, const WatchListQuery& query) {
  KOINON_TRY(needs_account(asker.caller));
  KOINON_ASSIGN(const auto watched, shared_.desk.watched(asker.caller.user, query.limit, query.after));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  WatchListView out;
  ListBudget budget;
  for (const WatchItem& item : watched) {
    KOINON_ASSIGN(WatchedView view, read_watched(directory, item));
    if (!budget.takes(watched_json(view))) break;
    out.items.push_back(std::move(view));
  }
  if (!watched.empty() && (watched.size() == query.limit || out.items.size() < watched.size()))
    out.next = watched[out.items.size() - 1];
  return out;
}

Result<Nothing> InboxApi::add_watched(const Asker& asker, const WatchWish& wish) {
  KOINON_TRY(needs_account(asker.caller));
  KOINON_TRY(check_remark(wish.remark));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(wish.ref));
  KOINON_ASSIGN(const std::size_t watched, shared_.desk.count_watched(asker.caller.user));
  if (watched >= limits::kWatched)
    return fail(Code::kTooLarge,
                Sentence{"watchlist.too_many",
                         "a watchlist has at most {most} records",
                         {{"most", std::int64_t{limits::kWatched}}}},
                "ref");
  WatchItem item;
  item.log = found.log.id;
  item.index = found.index;
  item.remark = wish.remark;
  item.added_at = parts_.clock.wall();
  KOINON_TRY(shared_.desk.watch(asker.caller.user, item));
  return Nothing{};
}

Result<Nothing> InboxApi::remove_watched(const Asker& asker, const NamedRecord& record) {
  KOINON_TRY(needs_account(asker.caller));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(record.ref));
  KOINON_TRY(shared_.desk.unwatch(asker.caller.user, found.log.id, found.index));
  return Nothing{};
}

}  // namespace koinon
