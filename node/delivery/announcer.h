// Follows the arrivals, and writes into the outbox what webhooks and readers must be told. The composer makes
// the texts, the courier sends them.
//
// Limits: at most limits::kDeliveriesWaiting messages wait for a webhook; later ones are made from the
// arrivals. A person gets limits::kMailsPerHour mails about notes for the office. Further notes come in one
// mail when the hour is over. The hour is written down, so a restart does not begin a new one. A digest may
// fill limits::kDigestMails mails; the last one says where the rest is.
//
// Belongs to the courier's thread, like its references. They must live longer than it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/delivery/follow_up_mails.h"
#include "node/delivery/news.h"
#include "node/text/time_zone.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

struct AnnouncerOptions {
  std::optional<LogId> own;  // nothing: an observer, which gets no notes
  std::string name;          // the city's name; message ids end with it
  bool mail = false;         // whether mail can be sent
  unsigned digest_hour = 6;  // by the clocks of `zone`
  TimeZone zone = {};        // of the office
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
  Announcer(AnnouncerOptions options, Parts parts)
      : options_(std::move(options)),
        parts_(std::move(parts)),
        follow_ups_({options_.own, options_.name, options_.mail},
                    {parts_.store, parts_.index, parts_.accounts, parts_.outbox, parts_.clock}) {}

  // Writes down what is due by now: for each webhook and reader the news of some hundred arrivals. True:
  // there is more.
  Result<bool> turn();

 private:
  // The records that arrived after `after` and are indexed, at most some hundred. None while a rollback is
  // proven and the office not set aside yet.
  Result<News> news_after(ArrivalSeq after);
  // Written before the rollback was proven.
  bool was_told_before(const IndexedRecord& record) const;
  Result<bool> is_told_by(const NewRecord& news);
  Status write_deliveries();
  Status write_gathered();
  Status write_mail_at_once();
  Status mail_to_each(MailBatch& batch);
  Status correct_digest_times();
  Status write_digests();
  // The news for a digest that were found so far. It ends at the last record that was indexed when it began.
  // So nobody can delay the mail by publishing more and more.
  struct Gathering {
    Digest digest;  // as it is in the outbox
    ArrivalSeq at;
    ArrivalSeq until;
    std::vector<Arrived> items;  // at most as many as a mail holds
    bool is_full() const { return items.size() >= limits::kDigestItems; }
  };
  // Begins or goes on to gather news for a digest. Returns whether all of it was found.
  Result<bool> gather(const Digest& digest, std::size_t& looks);
  Status write_digest(Digest digest, Gathering gathered);
  Result<bool> put_off(Digest digest);
  // A person's current hour. If none has begun, or the last one is over, a new hour begins now.
  Result<MailPace> pace_of(UserId user);
  Result<bool> is_for_us(const IndexedRecord& record);
  Result<bool> is_in_digest(const std::string& topic, const IndexedRecord& record);
  Result<bool> takes_back_a_note(const IndexedRecord& record);
  // `more`: as in MailAbout.
  Result<Mail> mail_to(const User& user, const std::string& what, const std::vector<Arrived>& items,
                       std::optional<std::uint64_t> more);
  UnixMillis next_digest(unsigned days) const;

  AnnouncerOptions options_;
  Parts parts_;
  FollowUpMails follow_ups_;
  bool more_ = false;
  std::optional<UnixMillis> set_aside_at_;  // Outbox::set_aside_at, as it was read last
  std::optional<Gathering> gathering_;
  // By account and topic: how many mails a digest that goes on has filled. A restart counts from 0.
  std::map<std::pair<std::int64_t, std::string>, unsigned> going_on_;
};

// The next time at `hour`, by the clocks of the zone, that is at least `days` minus half a day away. Where
// clocks are put forward over that hour it is an hour later on that day.
UnixMillis digest_time(UnixMillis now, unsigned days, unsigned hour, const TimeZone& zone);

}  // namespace koinon
