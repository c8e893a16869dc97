// The thread that brings what is new to those who asked for it: webhooks and mail. It follows the arrivals
// from a cursor of its own, writes down what is to be sent, and sends it until it has arrived or is given up.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "node/delivery/mail_message.h"
#include "node/delivery/transfers.h"
#include "node/http/record_json.h"
#include "node/http/trouble.h"
#include "node/transport/network.h"
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/outbox.h"

namespace koinon {

struct CourierOptions {
  std::optional<LogId> own;  // none: an observer, to whom nothing is addressed
  std::string name;          // of the city, as mail's sender
  std::string url;           // where pages are; links in mails begin with it
  bool private_webhooks = false;
  SmtpServer smtp;  // no url: no mail is sent
  std::string mail_from;
  unsigned digest_hour = 6;  // UTC
  std::chrono::milliseconds backoff{limits::kSendBackoff};
};

class Courier {
 public:
  struct Parts {
    std::unique_ptr<OfficeDb> office;
    std::unique_ptr<StoreReader> store;
    std::unique_ptr<IndexReader> index;
    std::unique_ptr<Transfers> transfers;
    Clock clock;
    std::function<void(const Error&)> on_error;
    // Without room nothing new is written down; what waits is sent. None: there is always room.
    std::function<bool()> has_room = nullptr;
  };
  Courier(CourierOptions options, Parts parts);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Any thread: something arrived, or was asked for.
  void notify();
  // Any thread: why nothing is written down or sent.
  std::optional<Trouble> trouble() const { return trouble_.get(); }
  void stop();

 private:
  struct Sending {
    std::optional<Delivery> delivery;
    std::optional<Mail> mail;
  };
  struct NewRecord {
    ArrivalSeq arrival;
    ArrivalKind kind = ArrivalKind::kAdded;
    IndexedRecord record;
  };
  struct News {
    ArrivalSeq last;
    std::vector<NewRecord> records;
  };

  void run();
  Status turn();
  // Records that arrived after, up to where the index is; at most some hundred.
  Result<News> news_after(ArrivalSeq after);
  // Carries erasures out in the office's own database: remarks on what is gone, and what its write-ahead log
  // holds.
  Status forget_erased();
  Status write_deliveries();
  Status write_mail_at_once();
  Status write_digests();
  Result<bool> is_for_us(const IndexedRecord& record);
  // What is sent is made when it goes, of what stands then. None: nothing of it does any more.
  Result<std::optional<std::string>> payload(const Delivery& delivery);
  Result<std::optional<std::string>> message(const Mail& mail);
  Result<bool> takes_back_a_note(const IndexedRecord& record);
  Result<Mail> mail_to(const User& user, const std::string& what, const std::vector<RecordAt>& items);
  MailItem mail_item(const IndexedRecord& record);
  Status begin_sending();
  Status settle(const Transfers::Outcome& outcome);
  // What is done after an attempt that failed: when to try again, or that it is given up.
  template <typename Item>
  void after(Item& item, const Transfers::Outcome& outcome);
  std::chrono::milliseconds until_next();
  UnixMillis next_digest(unsigned days) const;

  CourierOptions options_;
  Parts parts_;
  Accounts accounts_;
  Outbox outbox_;
  std::map<Transfers::Number, Sending> sending_;
  bool has_room_ = true;  // in the last turn
  bool more_ = false;     // the last turn left something unread
  bool unfolded_ = true;  // something was erased, or may have been, and the write-ahead log holds it still
  std::optional<ArrivalSeq> erased_after_;  // erasures up to here are carried out in the office's database
  ArrivalSeq erased_saved_;
  Troubled trouble_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// The next time at `hour` UTC, at least half of the days away.
UnixMillis digest_time(UnixMillis now, unsigned days, unsigned hour);

}  // namespace koinon
