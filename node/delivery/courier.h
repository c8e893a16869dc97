// The thread that sends news to those who asked for it, by webhooks and mail. The announcer writes down what
// is due (announcer.h). The courier sends each message until it has arrived or is given up.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <variant>

#include "node/delivery/announcer.h"
#include "node/delivery/call_reminders.h"
#include "node/delivery/composer.h"
#include "node/delivery/erasures.h"
#include "node/delivery/hub.h"
#include "node/delivery/mail_trial.h"
#include "node/delivery/transfers.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/base/trouble.h"
#include "storage/office/accounts.h"
#include "storage/office/arrival_places.h"
#include "storage/office/outbox.h"

namespace koinon {

struct CourierOptions {
  std::optional<LogId> own;  // nothing: an observer, which gets no notes
  std::string name;          // the city's name, as the sender of mails
  std::string url;           // the address of the pages; links in mails begin with it
  bool private_webhooks = false;
  SmtpServer smtp;  // no url: no mail is sent
  std::string mail_from;
  TimeZone zone;             // of the office; mails say their date in it
  unsigned digest_hour = 6;  // by its clocks
  std::chrono::milliseconds backoff{limits::kSendBackoff};
  std::string hub;  // the WebSub hub that is told of changed feeds; empty: none
};

class Courier {
 public:
  struct Parts {
    std::unique_ptr<OfficeDb> office;
    std::unique_ptr<StoreReader> store;
    std::unique_ptr<IndexReader> index;
    std::unique_ptr<Transfers> transfers;
    const Nearness* nearness = nullptr;  // never null; must live longer than the courier
    Clock clock;
    std::function<void(const Error&)> on_error;
    // Whether the disk has room. If not, waiting messages are sent and no new ones are written down. None:
    // there is always room.
    std::function<bool()> has_room = nullptr;
    RecordTold told;  // always given
    // The hub cannot be told, and why; nothing: it was told again. Only where that changes.
    std::function<void(const std::optional<Sentence>&)> on_hub = nullptr;
  };
  Courier(CourierOptions options, Parts parts);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Any thread: something arrived, or somebody asked for something.
  void notify();
  // Any thread: sends a mail that tells of nothing, and calls `done` with what became of it; see
  // MailTrial::ask.
  void try_mail(const std::string& recipient, MailTrial::Done done);
  // Any thread: why nothing can be written down or sent.
  std::optional<Trouble> trouble() const { return trouble_.get(); }
  void stop();

 private:
  struct Sending {
    std::variant<Delivery, Mail> item;
    bool ended = false;  // what became of it is not written down yet
  };
  // What is to be done without anything that arrives to be told.
  struct Chores {
    Erasures erasures;
    CallReminders calls;
  };
  struct LastTurn {
    bool had_room = true;
    bool left_more = false;  // something is unread
    WebhookId served;        // the webhook to which the last message went
  };

  void run();
  // The places in the arrivals count in the store's current epoch.
  Status follow_epoch();
  Status turn();
  Status send_deliveries(UnixMillis now);
  Status send_mails(UnixMillis now);
  // Whether one more of this kind may be under way. Neither webhooks nor mails may take all places.
  template <typename Item>
  bool has_room() const;
  template <typename Item, typename Matches>
  bool is_under_way(Matches matches) const;
  // Sends a message with its text of now, or settles it if nothing of it stands any more. Returns whether it
  // is sent.
  template <typename Item, typename Begin>
  Result<bool> send(Item item, const std::optional<std::string>& text, Begin begin);
  // What became of a message stays here until it is written down: the message is not sent again meanwhile.
  void note(const Transfers::Outcome& outcome);
  Status settle_ended();
  // After a failed attempt: sets when to try again, or gives up.
  template <typename Item>
  void after(Item& item, const Transfers::Outcome& outcome);
  std::chrono::milliseconds until_next();
  std::chrono::milliseconds until_next_message();

  CourierOptions options_;
  Parts parts_;
  Accounts accounts_;
  Outbox outbox_;
  ArrivalPlaces places_;
  Announcer announcer_;
  Chores chores_;
  Composer composer_;
  Hub hub_;
  std::map<Transfers::Number, Sending> sending_;
  LastTurn last_;
  MailTrial trial_;
  Troubled trouble_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace koinon
