#include "node/delivery/office_mail.h"

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kMailIdBytes = 16;
constexpr std::int64_t kMailDayMs = 24 * 3'600'000;
constexpr std::int64_t kUnsubscribeDays = 180;

}  // namespace

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

}  // namespace koinon
