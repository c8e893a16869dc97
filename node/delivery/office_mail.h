// A mail of the node to somebody of its own office, as it waits in the outbox.
//
// On the courier's thread, like the accounts.
#pragma once

#include <string>
#include <string_view>

#include "node/delivery/mail_about.h"
#include "storage/office/accounts.h"

namespace koinon {

// What mails tell of (MailAbout::what), beside digests.
inline constexpr std::string_view kAtOnceMail = "at-once";
inline constexpr std::string_view kFollowUpMail = "follow-up";

// `wish`: what the person no longer wants who follows the mail's link: kAtOnceMail, or a digest. `about` gets
// the secret of that link, an id of its own that ends with `name`, and the time.
Result<Mail> new_office_mail(Accounts& accounts, const User& user, std::string_view wish, MailAbout about,
                             const std::string& name, UnixMillis now);

}  // namespace koinon
