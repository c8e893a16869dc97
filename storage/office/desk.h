// An office's desk: drafts, what waits to be signed, the state of its inbox, and each reader's watchlist.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/office_db.h"

namespace koinon {

struct StoredDraft {
  DraftId id;
  UserId user;
  std::int64_t version = 0;  // counts changes, so that one does not overwrite another unseen
  UnixMillis updated_at;
  std::string note;  // a publish request, as JSON
};

// Where a page of drafts ends.
struct DraftPlace {
  UnixMillis updated_at;
  DraftId id;
};

enum class HeldState : unsigned char {
  kWaiting = 1,  // for its time
  kReview = 2,   // for a reviewer
  kSigned = 3,
  kCancelled = 4,
  kFailed = 5,
  kSigning = 6,  // claimed by the hold queue: nobody else may change it
};
struct HeldNote {
  HeldId id;
  UserId user;      // whose it is; 0: the Unix socket's, -1: of an account that is gone
  std::string who;  // what the account was called then
  UnixMillis made_at;
  UnixMillis due_at;
  HeldState state = HeldState::kWaiting;
  std::string outcome;                                 // the ref, or why it failed
  std::string request;                                 // a publish request, as JSON; {} once it is settled
  std::string approved_by;                             // the reviewer who released it
  std::optional<std::chrono::milliseconds> hold = {};  // how long it is held; none: somebody named its time
  // Id and arguments of the outcome, by which it is translated; opaque here. `settle` alone writes it.
  std::string fault = {};
};

// What one reading of a list gives: of texts limits::kListBytes together, but at least one item.
template <typename T>
struct DeskPage {
  std::vector<T> items;
  bool more = false;  // others come after these
};

enum class CaseState : unsigned char { kNew = 0, kOpen = 1, kDone = 2 };
struct InboxCase {
  LogId log;
  EntryIndex index;
  CaseState state = CaseState::kNew;
  std::string assignee;  // an account's name, or empty
  std::string remark;
  UnixMillis updated_at;
};

struct WatchItem {
  LogId log;
  EntryIndex index;
  std::string remark;
  UnixMillis added_at;
};

class Desk {
 public:
  explicit Desk(OfficeDb& db) : db_(db) {}

  Result<DraftId> add_draft(UserId user, const std::string& note, UnixMillis now);
  // kConflict: it has changed since that version.
  Status change_draft(DraftId id, std::int64_t version, const std::string& note, UnixMillis now);
  Status remove_draft(DraftId id);
  Result<std::optional<StoredDraft>> draft(DraftId id);
  // Of one user, or of all; newest change first, those that come after `after`.
  Result<DeskPage<StoredDraft>> drafts(std::optional<UserId> user, std::size_t limit,
                                       const std::optional<DraftPlace>& after = std::nullopt);
  // Those of one user, or of all, in which this text stands. Looked for in those changed last, in
  // limits::kDrafts of them and limits::kDraftsSearched bytes at most.
  Result<std::vector<DraftId>> drafts_with(std::optional<UserId> user, std::string_view text);
  Result<std::size_t> count_drafts(UserId user);

  Result<HeldId> hold(const HeldNote& note);
  Result<std::optional<HeldNote>> held(HeldId id);
  // Of one account, or of all; newest first, below `before` (0: from the newest).
  Result<DeskPage<HeldNote>> held_of(std::optional<UserId> user, std::int64_t before, std::size_t limit);
  // How many are not settled: of one account, or of all.
  Result<std::size_t> count_waiting(std::optional<UserId> user);
  // What is to be signed by now, oldest first.
  Result<std::vector<HeldNote>> due(UnixMillis now, std::size_t limit);
  // When the next one is; none: nothing waits.
  Result<std::optional<UnixMillis>> next_due();
  // A reviewer's word: what waits, for its time or for a reviewer, is due at once. kConflict: it no longer
  // waits.
  Status approve(HeldId id, const std::string& by, UnixMillis now);
  // What was written down later than now was so while the clock was ahead: what is held for a while is held
  // so long from now on, and what a reviewer has released is due. A time that somebody named stays.
  Status set_right(UnixMillis now);
  // From one state to another. kConflict: it was not in the first. Of two that try, one succeeds.
  Status settle(HeldId id, HeldState from, HeldState to, const std::string& outcome, UnixMillis now,
                const std::string& fault = {});
  // What was claimed and not settled waits again.
  Status unclaim_all();
  // Forgets what was settled before; at most so many at once.
  Status forget_settled(UnixMillis before, std::size_t most);

  Result<InboxCase> inbox_case(const LogId& log, EntryIndex index);
  // Reads it, lets `edit` change it, and writes it, in one transaction.
  Result<InboxCase> change_case(const LogId& log, EntryIndex index,
                                const std::function<Status(InboxCase&)>& edit);

  // Added last first, at most so many. `after`: those that come after that one, which may have gone
  // meanwhile.
  Result<std::vector<WatchItem>> watched(UserId user, std::size_t limit,
                                         const std::optional<WatchItem>& after = std::nullopt);
  Result<std::size_t> count_watched(UserId user);
  Result<bool> is_watched(UserId user, const LogId& log, EntryIndex index);
  Status watch(UserId user, const WatchItem& item);
  Status unwatch(UserId user, const LogId& log, EntryIndex index);

 private:
  Status put_case(const InboxCase& item);

  OfficeDb& db_;
};

}  // namespace koinon
