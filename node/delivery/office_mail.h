// A mail of the node to somebody of its own office, as it waits in the outbox.
//
// On the courier's thread, like the accounts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/delivery/mail_about.h"
#include "storage/office/accounts.h"

namespace koinon {

// What mails tell of (MailAbout::what), beside digests.
inline constexpr std::string_view kAtOnceMail = "at-once";
inline constexpr std::string_view kFollowUpMail = "follow-up";
inline constexpr std::string_view kCallsOverMail = "calls-over";  // what came of calls and visits?

// Whose mails they are, for what asks the office by itself.
struct MailingOffice {
  std::optional<LogId> own;  // nothing: an observer
  std::string name;          // the city's name; message ids end with it
  bool mail = false;         // whether mail can be sent
};

bool gets_mail_at_once(const User& user);

// `wish`: what the person no longer wants who follows the mail's link: kAtOnceMail, or a digest. `about` gets
// the secret of that link, an id of its own that ends with `name`, and the time.
Result<Mail> new_office_mail(Accounts& accounts, const User& user, std::string_view wish, MailAbout about,
                             const std::string& name, UnixMillis now);
// The same to each of them: each mail has a link and an id of its own.
Result<std::vector<Mail>> new_office_mails(Accounts& accounts, const std::vector<User>& users,
                                           std::string_view wish, const MailAbout& about,
                                           const std::string& name, UnixMillis now);

}  // namespace koinon
