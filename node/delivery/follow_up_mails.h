// Asks by mail how an adoption goes, 3, 6 and 12 months after our city's first word on it (follow_up_view.h).
// Asked is everybody who publishes for the office and wants its mail at once. All that is due goes in one
// mail of limits::kFollowUps items at most; the rest is due in the next hour.
//
// Once for each adoption and month: what was asked is written down with the mail. If nobody can be asked, it
// is asked when somebody can. A clock that was ahead has asked too early: what is due in the future counts as
// not asked.
//
// Belongs to the courier's thread, like its references. They must live longer than it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "node/delivery/office_mail.h"
#include "node/reading/follow_up_view.h"
#include "proto/base/clock.h"
#include "storage/office/accounts.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

class FollowUpMails {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    Accounts& accounts;
    Outbox& outbox;
    Clock clock;
  };
  // An observer adopts nothing.
  FollowUpMails(MailingOffice office, Parts parts) : office_(std::move(office)), parts_(std::move(parts)) {}

  // Writes the mails that are due into the outbox. It looks once an hour, and where the clock was set back.
  Status turn();

 private:
  struct Due {
    AskedFollowUp asked;
    Arrived word;  // the last
  };
  Result<std::vector<User>> asked_users();
  // The longest due first.
  Result<std::vector<Due>> not_asked(UnixMillis now);
  Status write(const std::vector<User>& users, const std::vector<Due>& due, UnixMillis now);

  MailingOffice office_;
  Parts parts_;
  std::optional<UnixMillis> looked_at_;
};

}  // namespace koinon
