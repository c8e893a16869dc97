// An office's desk: drafts, notes that wait to be signed, the state of the inbox, and each reader's
// watchlist.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/changing_rows.h"
#include "storage/office/office_db.h"

namespace koinon {

struct StoredDraft {
  DraftId id;
  UserId user;
  std::int64_t version = 0;  // counts changes, so that nobody overwrites a change that he has not seen
  UnixMillis updated_at;
  std::string note;  // a publish request, as JSON
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  Bytes meant = {};  // which entries its refs meant; who publishes it reads it
};

using DraftPlace = ChangePlace<DraftId>;

enum class HeldState : unsigned char {
  kWaiting = 1,  // for its time
  kReview = 2,   // for a reviewer
  kSigned = 3,
  kCancelled = 4,
  kFailed = 5,
  kSigning = 6,   // the hold queue signs it now; nobody else may change it
  kSetAside = 7,  // it came back with an old copy of office.db, and waits until a person has looked at it
};
struct HeldNote {
  HeldId id;
  // Its owner; 0: the office itself, by the Unix socket or since the account of what was kept is gone; -1: an
  // account that is gone.
  UserId user;
  std::string who;  // the account's name at that time
  UnixMillis made_at;
  UnixMillis due_at;
  HeldState state = HeldState::kWaiting;
  std::string outcome;                                 // the ref, or why it failed
  std::string request;                                 // a publish request, as JSON; {} once it is settled
  std::string approved_by;                             // the reviewer who released it
  std::optional<std::chrono::milliseconds> hold = {};  // how long it is held; none: somebody chose the time
  // Id and arguments of the outcome, for its translation. Nothing here reads it. Only `settle` writes it.
  std::string fault = {};
  // The salt of its body, so that it is the same record whenever it is signed. Empty: a new one each time.
  Bytes salt = {};
  // It may be signed as soon as the node may sign: nothing else is waited for. Kept notes are signed in
  // order.
  bool kept = false;
  // It erases this entry of our own log, whose text is hidden here while this is kept.
  std::optional<EntryIndex> hides = {};
  // Which entries its refs meant; who signs it reads it.
  Bytes meant = {};
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

  Result<DraftId> add_draft(UserId user, const std::string& note, UnixMillis now, const Bytes& meant = {});
  // kConflict: the draft has changed since that version.
  Status change_draft(DraftId id, std::int64_t version, const std::string& note, UnixMillis now,
                      const Bytes& meant);
  // With a version: kConflict if the draft has changed since that version, or is gone.
  Status remove_draft(DraftId id, std::optional<std::int64_t> version = std::nullopt);
  Result<std::optional<StoredDraft>> draft(DraftId id);
  // The drafts of one user, or of all. Newest change first; only those that come after `after`.
  Result<DeskPage<StoredDraft>> drafts(std::optional<UserId> user, std::size_t limit,
                                       const std::optional<DraftPlace>& after = std::nullopt);
  // The drafts of one user, or of all, that have this text in them. It searches those that changed last: at
  // most limits::kDrafts of them, and limits::kDraftsSearched bytes.
  Result<std::vector<DraftId>> drafts_with(std::optional<UserId> user, std::string_view text);
  Result<std::size_t> count_drafts(UserId user);
  // The files that drafts, and notes that wait to be signed, name by their SHA-256. It reads all of them.
  Result<std::vector<Hash>> files_named();

  Result<HeldId> hold(const HeldNote& note);
  Result<std::optional<HeldNote>> held(HeldId id);
  // The held notes of one account, or of all. Newest first; only those with a smaller id than `before` (0:
  // all).
  Result<DeskPage<HeldNote>> held_of(std::optional<UserId> user, std::int64_t before, std::size_t limit);
  // How many notes of one account, or of all, are not settled.
  Result<std::size_t> count_waiting(std::optional<UserId> user);
  // Whether notes that were kept are not signed yet.
  Result<bool> has_kept();
  // Notes that are due by now are kept from now on: the node may not sign.
  Status keep_due(UnixMillis now);
  // The entries of our own log whose text is hidden while what erases them is kept, in order.
  Result<std::vector<EntryIndex>> hides();
  // The notes that are due by now, the oldest first; those of one time in the order in which they came.
  Result<std::vector<HeldNote>> due(UnixMillis now, std::size_t limit);
  // When the next note is due. Nothing: no note waits.
  Result<std::optional<UnixMillis>> next_due();
  // A reviewer releases a note. If it waits for its time, it is now due at once. If it waits for a reviewer,
  // or was set aside, it now waits for the time that somebody chose, or is due at once. kConflict: it no
  // longer waits.
  Status approve(HeldId id, const std::string& by, UnixMillis now);
  // Corrects times that were written while the clock was ahead: they are later than now. A note that is held
  // for some time is held that long from now on. A note that a reviewer released is due now. A time that
  // somebody chose stays.
  Status correct_times(UnixMillis now);
  // Changes a note's state. kConflict: it is not in the state `from`. If two callers try at once, one
  // succeeds.
  Status settle(HeldId id, HeldState from, HeldState to, const std::string& outcome, UnixMillis now,
                const std::string& fault = {});
  // Notes that were claimed and not settled wait again.
  Status unclaim_all();
  // Forgets notes that were settled before `before`, at most `most` of them.
  Status forget_settled(UnixMillis before, std::size_t most);

  Result<InboxCase> inbox_case(const LogId& log, EntryIndex index);
  // Reads a case, lets `edit` change it, and writes it, in one transaction.
  Result<InboxCase> change_case(const LogId& log, EntryIndex index,
                                const std::function<Status(InboxCase&)>& edit);

  // The last added come first, at most `limit`. `after`: only those that come after this item, even if this
  // item itself is gone.
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
