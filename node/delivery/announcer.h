// What is due to whom: follows the arrivals and writes down, in the outbox, what webhooks and readers are to
// be told. What is said of it is the composer's, how it goes the courier's.
//
// Bounds: a webhook has limits::kDeliveriesWaiting messages that wait, the arrivals keep the rest. Somebody
// gets limits::kMailsPerHour mails of what is for the office, then what is more in one mail when the hour is
// over; the hour is written down, so a start begins none anew. A digest that goes on has
// limits::kDigestMails mails, and says then where the rest is.
//
// Belongs to the courier's thread, as all does that it is given; that must outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

struct AnnouncerOptions {
  std::optional<LogId> own;  // none: an observer, to whom nothing is addressed
  std::string name;          // of the city; it ends the ids of mails
  bool mail = false;         // whether mail can be sent
  unsigned digest_hour = 6;  // UTC
};

class Announcer {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    Accounts& accounts;
    Outbox& outbox;
    Clock clock;
  };
  Announcer(AnnouncerOptions options, Parts parts) : options_(std::move(options)), parts_(std::move(parts)) {}

  // Writes down what is due by now: of each webhook and reader, what some hundred arrivals bring. True: there
  // is more.
  Result<bool> turn();

 private:
  struct NewRecord {
    ArrivalSeq arrival;
    ArrivalKind kind = ArrivalKind::kAdded;
    IndexedRecord record;
  };
  struct News {
    ArrivalSeq last;
    std::vector<NewRecord> records;
  };

  // Records that arrived after, up to where the index is; at most some hundred.
  Result<News> news_after(ArrivalSeq after);
  Result<bool> is_told_by(const NewRecord& news);
  Status write_deliveries();
  Status write_gathered();
  Status write_mail_at_once();
  Status mail_to_each(MailBatch& batch);
  Status set_digests_right();
  Status write_digests();
  // What is new to a digest, as far as it has been looked for. It ends with what was indexed when it began:
  // whoever goes on writing keeps nobody's mail from going.
  struct Gathering {
    Digest digest;  // as it is written down
    ArrivalSeq at;
    ArrivalSeq until;
    std::vector<RecordAt> items;  // at most as many as a mail holds
    bool is_full() const { return items.size() >= limits::kDigestItems; }
  };
  // Goes on gathering for a digest, or begins; whether all of it is there.
  Result<bool> gather(const Digest& digest, std::size_t& looks);
  Status write_digest(Digest digest, Gathering gathered);
  Result<bool> put_off(Digest digest);
  // Whose hour has not begun, or is over: it begins now.
  Result<MailPace> pace_of(UserId user);
  Result<bool> is_for_us(const IndexedRecord& record);
  Result<bool> takes_back_a_note(const IndexedRecord& record);
  // `more`: of a mail of what came faster than mails may.
  Result<Mail> mail_to(const User& user, const std::string& what, const std::vector<RecordAt>& items,
                       std::optional<std::uint64_t> more);
  UnixMillis next_digest(unsigned days) const;

  AnnouncerOptions options_;
  Parts parts_;
  bool more_ = false;
  std::optional<Gathering> gathering_;
  // By account and topic: mails of a digest that goes on. A start counts anew.
  std::map<std::pair<std::int64_t, std::string>, unsigned> going_on_;
};

// The next time at `hour` UTC, at least half of the days away.
UnixMillis digest_time(UnixMillis now, unsigned days, unsigned hour);

}  // namespace koinon
