// Asks the office by mail what came of a call or a visit, once its time is over: each account that gets mails
// at once, in one mail for all that ended since the last look. The desk asks as well, for as long as nothing
// was said.
//
// Belongs to the courier's thread, like its references. They must live longer than it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "node/delivery/office_mail.h"
#include "node/reading/call_view.h"
#include "node/reading/nearness.h"
#include "proto/base/clock.h"
#include "storage/office/accounts.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

class CallReminders {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    const Nearness& nearness;
    Accounts& accounts;
    Outbox& outbox;
    Clock clock;
  };
  // Nobody calls an observer.
  CallReminders(MailingOffice office, Parts parts) : office_(std::move(office)), parts_(std::move(parts)) {}

  // Looks at most once a minute. What is over before the first look ever is asked by the desk alone.
  Status turn();

 private:
  // The calls that were agreed on, ended in this time, and of which the office has said nothing.
  Result<std::vector<Arrived>> ended(UnixMillis after, UnixMillis now);

  MailingOffice office_;
  Parts parts_;
  std::optional<UnixMillis> looked_at_;
};

}  // namespace koinon
