#include "node/delivery/office_mail.h"

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kMailIdBytes = 16;
constexpr std::int64_t kMailDayMs = 24 * 3'600'000;
constexpr std::int64_t kUnsubscribeDays = 180;

}  // namespace

bool gets_mail_at_once(const User& user) { return user.mail_at_once && !user.email.empty(); }

Result<Mail> new_office_mail(Accounts& accounts, const User& user, std::string_view wish, MailAbout about,
                             const std::string& name, UnixMillis now) {
  Credential unsubscribe;
  unsubscribe.kind = CredentialKind::kUnsubscribe;
  unsubscribe.user = user.id;
  unsubscribe.label = wish;
  unsubscribe.created_at = now;
  unsubscribe.expires_at = {now.value + kUnsubscribeDays * kMailDayMs};
  KOINON_ASSIGN(about.unsubscribe, accounts.issue(unsubscribe));
  about.message_id = to_base32(random_bytes(kMailIdBytes)) + "@" + name;
  about.at = now;
  Mail mail;
  mail.recipient = user.email;
  mail.next_at = now;
  mail.about = about_text(about);
  return mail;
}

Result<std::vector<Mail>> new_office_mails(Accounts& accounts, const std::vector<User>& users,
                                           std::string_view wish, const MailAbout& about,
                                           const std::string& name, UnixMillis now) {
  std::vector<Mail> out;
  for (const User& user : users) {
    KOINON_ASSIGN(Mail mail, new_office_mail(accounts, user, wish, about, name, now));
    out.push_back(std::move(mail));
  }
  return out;
}

}  // namespace koinon
