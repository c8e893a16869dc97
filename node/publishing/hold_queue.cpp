#include "node/publishing/hold_queue.h"

#include <algorithm>
#include <future>
#include <utility>

#include "crypto/hash.h"
#include "node/publishing/meant_refs.h"
#include "node/publishing/own_log.h"
#include "node/publishing/passing_errors.h"
#include "node/reading/kept_fault.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/base/thread_name.h"
#include "proto/codec/ref.h"
#include "storage/office/after_rollback.h"
#include "storage/store/body_rules.h"

namespace koinon {
namespace {

constexpr std::chrono::seconds kLookAgain{30};  // the wall clock may be set meanwhile
constexpr std::chrono::minutes kHouse{1};
constexpr std::size_t kSignAtOnce = 16;
constexpr std::size_t kForgottenAtOnce = 500;

// Not its number: an older office.db gives the same number to another note. Not the salt itself: with it
// somebody could guess a text that was erased.
std::string once_of(const HeldNote& note) {
  return "held." + (note.salt.empty() ? std::to_string(note.id.value) : to_hex(sha256(note.salt).bytes()));
}

bool is_kept_erasure(const HeldNote& note) { return note.kept && note.hides; }

// An erasure that a reviewer has released is the reviewer's too, whatever its account may do by now.
Caller acting_for(const HeldNote& note, Caller caller) {
  if (is_kept_erasure(note) && !note.approved_by.empty())
    caller.role = std::max(caller.role, Role::kReviewer);
  return caller;
}

}  // namespace

HoldQueue::HoldQueue(Parts parts)
    : parts_(std::move(parts)),
      accounts_(*parts_.office),
      desk_(*parts_.office),
      publisher_(*parts_.store, parts_.nearness, *parts_.index, parts_.writer, parts_.own, parts_.rules),
      kept_house_(parts_.clock.mono()) {
  if (const Status hidden = settle_hidden(); !hidden.ok()) parts_.on_error(hidden.error());
  thread_ = std::thread([this] { run(); });
}

HoldQueue::~HoldQueue() { stop(); }

void HoldQueue::notify() {
  {
    const std::lock_guard lock(mutex_);
    notified_ = true;
  }
  wake_.notify_one();
}

void HoldQueue::sign_now(HeldId id, Done done) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({id, std::move(done)});
  }
  wake_.notify_one();
}

void HoldQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void HoldQueue::run() {
  name_this_thread("hold queue");
  while (true) {
    const bool trouble = !sign_due();
    keep_house();
    const auto wait = until_next(trouble);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, wait, [&] { return stopping_ || notified_ || !requests_.empty(); });
    notified_ = false;
    // What is asked for meanwhile is answered after the next look.
    for (const Request& request : std::exchange(requests_, {})) {
      lock.unlock();
      const auto note = desk_.held(request.id);
      Result<EntryIndex> signed_now =
          fail(Code::kNotFound, Sentence{"held.unknown", "nothing of that number waits"}, "id");
      if (!note.ok()) signed_now = note.error();
      if (note.ok() && *note) signed_now = claim_and_sign(**note);
      if (!signed_now.ok() && signed_now.error().code == Code::kConflict)
        signed_now = signed_before(request.id);
      request.done(std::move(signed_now));
      lock.lock();
    }
    if (stopping_ && requests_.empty()) return;
  }
}

// The queue has already signed the note, between the reviewer's release and this call.
Result<EntryIndex> HoldQueue::signed_before(HeldId id) {
  KOINON_ASSIGN(const auto note, desk_.held(id));
  if (!note || note->state != HeldState::kSigned)
    return fail(Code::kConflict,
                Sentence{"held.settled",
                         "it no longer waits: it is being signed, has been signed, or was taken back"},
                "id");
  KOINON_ASSIGN(const HumanRef ref, parse_ref(note->outcome));
  return ref.entry.index;
}

bool HoldQueue::is_wanted_elsewhere() {
  const std::lock_guard lock(mutex_);
  return stopping_ || !requests_.empty();
}

void HoldQueue::set_aside_after_rollback(UnixMillis proven_at) {
  {
    const std::lock_guard lock(mutex_);
    rolled_back_ = proven_at;
    notified_ = true;
  }
  wake_.notify_one();
}

bool HoldQueue::set_aside() {
  std::optional<UnixMillis> proven_at;
  {
    const std::lock_guard lock(mutex_);
    proven_at = rolled_back_;
  }
  if (!proven_at) return true;
  const auto newest = parts_.index->position();
  const auto done =
      newest.ok() ? set_aside_after(*parts_.office, *proven_at, *newest) : Result<SetAside>(newest.error());
  if (!done.ok()) {
    parts_.on_error(done.error());
    return false;
  }
  if (done->is_new()) {
    const AuditLine line{0,
                         *proven_at,
                         "the node",
                         "setAside",
                         "",
                         std::to_string(done->notes) + " notes, " + std::to_string(done->messages) +
                             " messages, " + std::to_string(done->credentials) + " tokens"};
    if (const Status noted = accounts_.note(line); !noted.ok()) parts_.on_error(noted.error());
    parts_.log_change(line);
  }
  const std::lock_guard lock(mutex_);
  if (rolled_back_ == proven_at) rolled_back_.reset();
  return true;
}

// What the node wants hidden is in office.db, what is hidden is in the store. Whatever a crash left between
// them is settled here.
Status HoldQueue::settle_hidden() {
  if (!parts_.own) return {};
  // In this order: whatever is hidden was wanted so before it was hidden.
  auto hidden = parts_.store->hidden(*parts_.own);
  if (!hidden.ok()) return hidden.error().code == Code::kNotFound ? Status() : Status(hidden.error());
  KOINON_ASSIGN(const std::vector<EntryIndex> wanted, desk_.hides());
  std::vector<std::pair<EntryIndex, bool>> changes;
  for (const EntryIndex index : wanted) {
    if (std::binary_search(hidden->begin(), hidden->end(), index)) continue;
    const auto record = parts_.store->record(*parts_.own, index);
    if (record.ok() && can_be_hidden(record->state, !record->body.empty())) changes.emplace_back(index, true);
  }
  for (const EntryIndex index : *hidden) {
    if (!std::binary_search(wanted.begin(), wanted.end(), index)) changes.emplace_back(index, false);
  }
  if (changes.empty()) return {};
  std::promise<Status> promise;
  auto answer = promise.get_future();
  parts_.writer.change(
      [own = *parts_.own, now = parts_.clock.wall(), &changes](Store& store) -> Status {
        for (const auto& [index, hide] : changes) KOINON_TRY(store.set_hidden(own, index, hide, now));
        return {};
      },
      [&promise](const Status& status) { promise.set_value(status); });
  return answer.get();
}

bool HoldQueue::keep_due() {
  Status kept = desk_.keep_due(parts_.clock.wall());
  if (kept.ok()) kept = settle_hidden();
  if (!kept.ok()) parts_.on_error(kept.error());
  return kept.ok();
}

bool HoldQueue::sign_due() {
  // First: whatever else fails, a text that is to be erased is not shown.
  if (const Status hidden = settle_hidden(); !hidden.ok()) parts_.on_error(hidden.error());
  if (!set_aside()) return false;
  // Frees notes that were claimed and not settled, now or before the start. Nobody else claims notes.
  if (const Status free = desk_.unclaim_all(); !free.ok()) {
    parts_.on_error(free.error());
    return false;
  }
  if (const Status right = desk_.correct_times(parts_.clock.wall()); !right.ok()) {
    parts_.on_error(right.error());
    return false;
  }
  if (parts_.writer.signing_waits()) {
    keep_due();
    return false;
  }
  while (!is_wanted_elsewhere()) {
    const auto due = desk_.due(parts_.clock.wall(), kSignAtOnce);
    if (!due.ok()) {
      parts_.on_error(due.error());
      return false;
    }
    for (const HeldNote& note : *due) {
      if (is_wanted_elsewhere()) return true;
      const auto signed_now = claim_and_sign(note);
      // The note was taken back meanwhile, or refused for good. It is settled all the same.
      if (!signed_now.ok() &&
          (passes_with_time(signed_now.error().code) || signed_now.error().code == Code::kInternal))
        return false;
    }
    if (due->size() < kSignAtOnce) return true;
  }
  return true;
}

std::chrono::milliseconds HoldQueue::until_next(bool trouble) {
  const auto next = desk_.next_due();
  if (trouble || !next.ok() || !*next) return kLookAgain;
  const std::chrono::milliseconds left((*next)->value - parts_.clock.wall().value);
  return std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(0), kLookAgain);
}

Result<EntryIndex> HoldQueue::claim_and_sign(const HeldNote& note) {
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(desk_.settle(note.id, HeldState::kWaiting, HeldState::kSigning, "", now));
  auto published = sign_or_fault(note);
  if (!published.ok()) return published.error();
  KOINON_TRY(desk_.settle(note.id, HeldState::kSigning, HeldState::kSigned,
                          Directory(*parts_.store, parts_.nearness).ref(*parts_.own, *published), now));
  note_line(note, "signed as " + std::to_string(published->value));
  parts_.writer.change([once = once_of(note)](Store& store) { return forget_once(store, once); },
                       [](const Status&) {});
  return published;
}

// A note is signed for the account that asked for it, with the rights that the account has at that moment.
Result<Caller> HoldQueue::owner_of(const HeldNote& note) {
  Caller caller;
  caller.name = note.who;
  // The queue acts for the account: with the account's rights and no more. It does not have to wait again.
  caller.by = Caller::By::kSocket;
  if (note.user.value == 0) {
    caller.role = Role::kOperator;
    return caller;
  }
  KOINON_ASSIGN(const auto user, accounts_.get(note.user));
  if (!user) {
    // What is kept became the office's own in the same transaction in which its account was removed.
    KOINON_ASSIGN(const auto row, desk_.held(note.id));
    if (row && row->user.value == 0) {
      caller.role = Role::kOperator;
      return caller;
    }
    return fail(Code::kRefused, Sentence{"held.account_removed", "its account was removed"}, "account");
  }
  caller.role = user->role;
  caller.user = user->id;
  caller.office = user->office;
  return caller;
}

// A note that could not be signed becomes a draft of its account again, unless it is published already. If
// the account is gone, the text is gone with it.
Status HoldQueue::give_back(const HeldNote& note, const Error& why) {
  const bool stands = why.code == Code::kConflict && why.field == "content";
  if (stands || note.user.value < 0) return {};
  const auto draft = parts_.requests.draft_of(note);
  if (!draft) return {};
  if (note.user.value > 0) {
    KOINON_ASSIGN(const auto author, accounts_.get(note.user));
    if (!author) return {};
  }
  const auto kept = desk_.add_draft(note.user, *draft, parts_.clock.wall(), note.meant);
  return kept.ok() ? Status() : Status(kept.error());
}

Result<EntryIndex> HoldQueue::settle(const HeldNote& note, HeldState to, const Error& why) {
  // A settled note keeps no text. So the note is settled and given back in one transaction, or nothing
  // changes.
  const Status settled = parts_.office->transact([&]() -> Status {
    if (to == HeldState::kFailed || to == HeldState::kCancelled) KOINON_TRY(give_back(note, why));
    return desk_.settle(note.id, HeldState::kSigning, to, why.message, parts_.clock.wall(), fault_text(why));
  });
  if (!settled.ok()) {
    parts_.on_error(settled.error());
    (void)desk_.settle(note.id, HeldState::kSigning, HeldState::kWaiting, "", parts_.clock.wall());
    return again_as(Code::kUnavailable, settled.error(), settled.error().field);
  }
  // Only the code is logged: a sentence may repeat text of the note.
  note_line(note, std::string(code_name(why.code)));
  if (to == HeldState::kFailed || to == HeldState::kCancelled) tell_if_shown(note);
  return why;
}

void HoldQueue::tell_if_shown(const HeldNote& note) {
  if (!is_kept_erasure(note) || !parts_.own) return;
  const auto record = parts_.store->record(*parts_.own, *note.hides);
  if (record.ok() && record->body.empty()) return;  // another request has erased it
  const auto hides = desk_.hides();
  if (hides.ok() && std::binary_search(hides->begin(), hides->end(), *note.hides)) return;
  const AuditLine line{
      0,
      parts_.clock.wall(),
      "the node",
      "showAgain",
      std::to_string(note.hides->value),
      "its erasure " + std::to_string(note.id.value) + " was not signed; its text is shown again"};
  if (const Status noted = accounts_.note(line); !noted.ok()) parts_.on_error(noted.error());
  parts_.log_change(line);
}

// If a library throws because of a note, only this note fails.
Result<EntryIndex> HoldQueue::sign_or_fault(const HeldNote& note) {
  try {
    return sign(note);
  } catch (const std::exception& error) {
    return settle(
        note, HeldState::kFailed,
        fail(Code::kInvalidArgument, std::string("the program met a fault: ") + error.what(), "note"));
  }
}

// If the node cannot sign at the moment, the note goes on waiting. With any other error it is given up.
Result<EntryIndex> HoldQueue::put_off(const HeldNote& note, const Error& why) {
  if (!passes_with_time(why.code) && !parts_.writer.signing_stopped())
    return settle(note, HeldState::kFailed, why);
  KOINON_TRY(desk_.settle(note.id, HeldState::kSigning, HeldState::kWaiting, "", parts_.clock.wall()));
  return again_as(Code::kUnavailable, why, why.field);
}

Result<EntryIndex> HoldQueue::sign(const HeldNote& note) {
  const UnixMillis now = parts_.clock.wall();
  const auto caller = owner_of(note);
  if (!caller.ok() && caller.error().code == Code::kRefused)
    return settle(note, HeldState::kCancelled, caller.error());
  if (!caller.ok()) return put_off(note, caller.error());
  const auto request = parts_.requests.read(note.request);
  if (!request.ok()) return put_off(note, request.error());
  auto prepared = publisher_.prepare(*request, *caller);
  if (!prepared.ok()) return put_off(note, prepared.error());
  if (const Status meant = check_meant(note.meant, prepared->draft.entry); !meant.ok())
    return put_off(note, meant.error());
  Wish wish = prepared->wish;
  wish.at = now;
  wish.approved = !note.approved_by.empty();
  const auto verdict = publisher_.decide(acting_for(note, *caller), wish, now);
  if (!verdict.ok() && passes_with_time(verdict.error().code)) return put_off(note, verdict.error());
  // A text that is hidden is not shown again because a role changed. A reviewer decides.
  if (!verdict.ok() && is_kept_erasure(note) && note.approved_by.empty())
    return settle(note, HeldState::kReview, verdict.error());
  if (!verdict.ok()) return settle(note, HeldState::kCancelled, verdict.error());
  if (verdict->when == Verdict::When::kReviewed) {
    return settle(
        note, HeldState::kReview,
        fail(Code::kRefused, Sentence{"held.for_reviewer",
                                      "it waits for a reviewer: its account may no longer sign by itself"}));
  }
  prepared->draft.once = once_of(note);
  prepared->draft.salt = note.salt;
  std::promise<Result<Published>> promise;
  auto answer = promise.get_future();
  publisher_.begin(verdict->permit, prepared->draft,
                   [&promise](Result<Published> published) { promise.set_value(std::move(published)); });
  const Result<Published> published = answer.get();
  return published.ok() ? Result<EntryIndex>(published->index) : put_off(note, published.error());
}

void HoldQueue::note_line(const HeldNote& note, const std::string& outcome) {
  AuditLine line{0, parts_.clock.wall(), note.who, "signHeld", std::to_string(note.id.value), outcome};
  if (!note.approved_by.empty()) line.who += ", released by " + note.approved_by;
  if (const Status noted = accounts_.note(line); !noted.ok()) parts_.on_error(noted.error());
  parts_.log_change(line);
}

// Forgets what was done long ago. Not while the clock is in doubt, and not before peers had a chance to tell
// the time. Also writes the sums of what was refused to strangers.
void HoldQueue::keep_house() {
  const MonoTime now = parts_.clock.mono();
  if (now - kept_house_ < kHouse) return;
  kept_house_ = now;
  const auto before = [&](std::chrono::milliseconds age) {
    return UnixMillis{parts_.clock.wall().value - age.count()};
  };
  if (!parts_.clock_standing().off() && !parts_.writer.signing_waits()) {
    for (const Status& done : {desk_.forget_settled(before(limits::kHeldShown), kForgottenAtOnce),
                               accounts_.forget_audit(before(limits::kAuditAge), kForgottenAtOnce)}) {
      if (!done.ok()) parts_.on_error(done.error());
    }
  }
  for (const RefusalSum& sum : parts_.refusals.take()) parts_.log_refusals(sum);
}

}  // namespace koinon
