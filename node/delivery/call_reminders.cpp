#include "node/delivery/call_reminders.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::int64_t kLookMs = 60'000;

}  // namespace

Status CallReminders::turn() {
  if (!office_.own || !office_.mail) return {};
  const UnixMillis now = parts_.clock.wall();
  const bool looked = looked_at_ && *looked_at_ <= now && now.value - looked_at_->value < kLookMs;
  if (looked) return {};
  // What is not indexed yet would be passed over.
  KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index.position());
  KOINON_ASSIGN(const ArrivalSeq newest, parts_.store.newest_arrival());
  if (indexed < newest) return {};
  looked_at_ = now;
  KOINON_ASSIGN(const auto asked_until, parts_.outbox.calls_asked_until());
  // After a rollback office.db is older than what was asked since.
  KOINON_ASSIGN(const auto set_aside_at, parts_.outbox.set_aside_at());
  MailBatch batch;
  batch.calls_asked_until = now;
  // A clock that was ahead has asked for what was not over.
  if (!asked_until || *asked_until > now) return parts_.outbox.queue_mail(batch);
  MailAbout about;
  about.what = kCallsOverMail;
  KOINON_ASSIGN(about.items, ended(std::max(*asked_until, set_aside_at.value_or(UnixMillis{})), now));
  if (about.items.empty()) return {};
  KOINON_ASSIGN(auto users, parts_.accounts.all());
  std::erase_if(users, [](const User& user) { return !gets_mail_at_once(user); });
  KOINON_ASSIGN(batch.mails, new_office_mails(parts_.accounts, users, kAtOnceMail, about, office_.name, now));
  return parts_.outbox.queue_mail(batch);
}

Result<std::vector<Arrived>> CallReminders::ended(UnixMillis after, UnixMillis now) {
  Directory directory(parts_.store, parts_.nearness, &parts_.index);
  KOINON_ASSIGN(const auto calls,
                read_spoken_calls({directory, parts_.store, parts_.index}, *office_.own, now));
  std::vector<Arrived> out;
  for (const CallView& call : calls) {
    if (out.size() == limits::kDigestItems) break;
    if (call_task(call, *office_.own, now) != CallTask::kTell) continue;
    const UnixMillis end = call.state.agreed->end();
    if (end > after && end <= now) out.push_back({call.arrival, {call.parties.asker, call.index}});
  }
  return out;
}

}  // namespace koinon
