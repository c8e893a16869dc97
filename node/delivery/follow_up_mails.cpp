#include "node/delivery/follow_up_mails.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::int64_t kLookEveryMs = 3'600'000;

}  // namespace

Status FollowUpMails::turn() {
  if (!office_.own || !office_.mail) return {};
  const UnixMillis now = parts_.clock.wall();
  const bool looked = looked_at_ && *looked_at_ <= now && now.value - looked_at_->value < kLookEveryMs;
  if (looked) return {};
  KOINON_TRY(parts_.outbox.forget_asked_ahead(now));
  KOINON_ASSIGN(const auto users, asked_users());
  if (!users.empty()) {
    KOINON_ASSIGN(const auto due, not_asked(now));
    if (!due.empty()) KOINON_TRY(write(users, due, now));
  }
  looked_at_ = now;
  return {};
}

Result<std::vector<User>> FollowUpMails::asked_users() {
  KOINON_ASSIGN(auto users, parts_.accounts.all());
  std::erase_if(users,
                [](const User& user) { return !gets_mail_at_once(user) || user.role < Role::kPublisher; });
  return users;
}

Result<std::vector<FollowUpMails::Due>> FollowUpMails::not_asked(UnixMillis now) {
  const LogId& own = *office_.own;
  KOINON_ASSIGN(auto all, read_due_words(parts_.index, own, now));
  std::reverse(all.begin(), all.end());
  std::vector<Due> out;
  for (const DueWords& one : all) {
    if (out.size() == limits::kFollowUps) break;
    const AdoptionWords& words = one.words;
    const AskedFollowUp asked{own, words.first, follow_up_time(words.first_at, one.months)};
    KOINON_ASSIGN(const bool was_asked, parts_.outbox.was_asked(asked));
    // One word may be on several practices. The mail asks about it once.
    const bool is_listed = std::any_of(out.begin(), out.end(), [&](const Due& other) {
      return other.asked.first == asked.first && other.asked.due_at == asked.due_at;
    });
    if (was_asked || is_listed) continue;
    KOINON_ASSIGN(const auto said, read_last_word(parts_.store, parts_.index, own, words));
    if (!said) continue;
    KOINON_ASSIGN(const auto last, parts_.index.get(own, words.last));
    if (last) out.push_back({asked, {last->arrival, {own, words.last}}});
  }
  return out;
}

Status FollowUpMails::write(const std::vector<User>& users, const std::vector<Due>& due, UnixMillis now) {
  MailBatch batch;
  MailAbout about;
  about.what = kFollowUpMail;
  for (const Due& one : due) {
    batch.follow_ups.push_back(one.asked);
    about.items.push_back(one.word);
  }
  KOINON_ASSIGN(batch.mails, new_office_mails(parts_.accounts, users, kAtOnceMail, about, office_.name, now));
  return parts_.outbox.queue_mail(batch);
}

}  // namespace koinon
