#include "node/delivery/call_reminders.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "node/delivery/mail_about.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::int64_t kLookMs = 60'000;
constexpr std::int64_t kUnsubscribeMs = 180LL * 24 * 3'600'000;
constexpr std::size_t kReminderIdBytes = 16;
constexpr const char* kRemindedAtOnce = "at-once";  // what its link ends

}  // namespace

Status CallReminders::turn() {
  if (!options_.own || !options_.mail) return {};
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
  KOINON_ASSIGN(auto items, ended(std::max(*asked_until, set_aside_at.value_or(UnixMillis{})), now));
  if (items.empty()) return {};
  KOINON_ASSIGN(const auto users, parts_.accounts.all());
  for (const User& user : users) {
    if (!user.mail_at_once || user.email.empty()) continue;
    KOINON_ASSIGN(Mail mail, mail_to(user, items, now));
    batch.mails.push_back(std::move(mail));
  }
  return parts_.outbox.queue_mail(batch);
}

Result<std::vector<Arrived>> CallReminders::ended(UnixMillis after, UnixMillis now) {
  Directory directory(parts_.store, parts_.nearness, &parts_.index);
  KOINON_ASSIGN(const auto calls,
                read_spoken_calls({directory, parts_.store, parts_.index}, *options_.own, now));
  std::vector<Arrived> out;
  for (const CallView& call : calls) {
    if (out.size() == limits::kDigestItems) break;
    if (call_task(call, *options_.own, now) != CallTask::kTell) continue;
    const UnixMillis end = call.state.agreed->end();
    if (end > after && end <= now) out.push_back({call.arrival, {call.parties.asker, call.index}});
  }
  return out;
}

Result<Mail> CallReminders::mail_to(const User& user, const std::vector<Arrived>& items, UnixMillis now) {
  Credential unsubscribe;
  unsubscribe.kind = CredentialKind::kUnsubscribe;
  unsubscribe.user = user.id;
  unsubscribe.label = kRemindedAtOnce;
  unsubscribe.created_at = now;
  unsubscribe.expires_at = {now.value + kUnsubscribeMs};
  KOINON_ASSIGN(const std::string secret, parts_.accounts.issue(unsubscribe));
  Mail mail;
  mail.recipient = user.email;
  mail.next_at = now;
  mail.about =
      about_text({std::string(kCallsOver), items, secret,
                  to_base32(random_bytes(kReminderIdBytes)) + "@" + options_.name, now, std::nullopt});
  return mail;
}

}  // namespace koinon
