// What the node sends to its own readers: deliveries to webhooks, digests, and mail. Each is kept, over
// restarts too, until it has arrived or is given up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/arrival.h"
#include "proto/base/types.h"
#include "storage/office/after_rollback.h"
#include "storage/office/office_db.h"

namespace koinon {

struct Webhook {
  WebhookId id;
  std::string url;
  std::string topic;   // empty: every one
  std::string secret;  // 32 bytes, raw
  std::string made_by;
  UnixMillis created_at;
  ArrivalSeq cursor;           // arrivals up to this one have become deliveries
  UnixMillis began_anew = {};  // when it skipped what it lacked, since the store had lost its place; 0: never
};

enum class SendState : unsigned char { kWaiting = 1, kSent = 2, kGivenUp = 3 };

struct Delivery {
  std::int64_t id = 0;
  WebhookId webhook;
  std::string message;  // the webhook-id header, the same for every attempt
  std::string payload;  // of a message that tells of no record, or of an older version; else empty
  unsigned attempts = 0;
  UnixMillis next_at;
  SendState state = SendState::kWaiting;
  std::string outcome;     // what became of the last attempt: a sentence
  std::string fault = {};  // the sentence's id and arguments, as fault_text writes them; empty: it has no id
  std::optional<LogId> log = {};  // the record that it tells of; the text comes from the index
  EntryIndex index = {};
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at = {};
  ArrivalSeq arrival = {};  // that it tells of; 0: it waits since an older version
  // Of its log, after which the record was signed: by then the index may have forgotten what is void.
  // Nothing: it waits since an older version.
  std::optional<std::uint64_t> recoveries = {};
};

struct Digest {
  UserId user;
  std::string topic;  // empty: every one
  unsigned days = 1;
  UnixMillis next_at;
  ArrivalSeq cursor;
};

struct Mail {
  MailId id;
  std::string recipient;
  std::string message;  // RFC 5322, CRLF; only of mails of an older version; else empty
  unsigned attempts = 0;
  UnixMillis next_at;
  SendState state = SendState::kWaiting;
  std::string outcome;     // as in Delivery
  std::string fault = {};  // as in Delivery
  std::string about =
      {};  // the records that it tells of, as the courier writes them; the text comes from the index
};

// A record by log and entry.
using RecordAt = std::pair<LogId, EntryIndex>;

// A record, and the arrival that brought it. If the index has one there that arrived later, that is another
// one: the log was taken back meanwhile.
struct Arrived {
  ArrivalSeq arrival;
  RecordAt record;
  bool operator==(const Arrived&) const = default;
};

// How many mails a person got in the current hour, and what waits for its end.
struct MailPace {
  UserId user;
  UnixMillis began;  // the hour; it began with its first mail
  unsigned mails = 0;
  std::uint64_t held = 0;  // notes for the office that wait, because the hour's mails are used up
  ArrivalSeq held_from;    // the first of them
};

// An adoption about which the office was asked by mail: our city's first word on it, and when so many months
// after that were over.
struct AskedFollowUp {
  LogId log;
  EntryIndex first;
  UnixMillis due_at;
};

// New mails, and what changes with them. All of it is one transaction.
struct MailBatch {
  std::vector<Mail> mails = {};
  std::vector<MailPace> paces = {};  // of the persons who get them
  std::vector<Arrived> addressed =
      {};  // new notes for the office; only as many of the newest are kept as a mail names
  std::optional<Digest> digest = {};                 // the digest, which goes on from here
  std::optional<ArrivalSeq> at_once_cursor = {};     // arrivals up to here have become mails that go at once
  std::optional<UnixMillis> calls_asked_until = {};  // who talked until then was asked what came of it
  std::vector<AskedFollowUp> follow_ups = {};        // that the mails ask about
};

// Messages that do not arrive.
struct Failing {
  std::uint64_t waiting = 0;    // tried several times without success
  std::uint64_t given_up = 0;   // lately
  std::string last;             // why the newest failed
  std::string last_fault = {};  // its id and arguments, as in Delivery
};

// Messages that wait to be sent, or to be tried again.
struct Waiting {
  std::uint64_t deliveries = 0;
  std::uint64_t mails = 0;
};

class Outbox {
 public:
  explicit Outbox(OfficeDb& db) : db_(db) {}

  Result<WebhookId> add_webhook(const Webhook& webhook);
  Status remove_webhook(WebhookId id);
  Result<std::vector<Webhook>> webhooks();
  // Only what was signed after this time is told: what came before may have been told (after_rollback.h).
  // Nothing: all is told.
  Result<std::optional<UnixMillis>> set_aside_at() { return koinon::set_aside_at(db_); }
  // The newest first.
  Result<std::vector<Delivery>> deliveries(WebhookId id, std::size_t limit);
  // Adds deliveries and moves the cursor, in one transaction.
  Status queue_deliveries(WebhookId id, const std::vector<Delivery>& deliveries, ArrivalSeq cursor);
  // A delivery that tells of no record: it has its payload.
  Status queue_delivery(const Delivery& delivery);
  // How many wait. It counts up to `most`.
  Result<std::size_t> waiting(WebhookId id, std::size_t most);
  // The deliveries of one webhook that are due, the longest due first.
  Result<std::vector<Delivery>> due_deliveries(WebhookId id, UnixMillis now, std::size_t limit);
  Status settle(const Delivery& delivery);

  Result<std::vector<Digest>> digests(UserId user);
  Result<std::vector<Digest>> due_digests(UnixMillis now, std::size_t limit);
  // Digests that would wait longer than their days and one more day: a clock that was ahead has set their
  // time.
  Result<std::vector<Digest>> late_digests(UnixMillis now, std::size_t limit);
  Status put_digest(const Digest& digest);
  Status remove_digest(UserId user, std::string_view topic);

  Status queue_mail(const MailBatch& batch);
  Result<std::vector<Mail>> due_mail(UnixMillis now, std::size_t limit);
  Result<std::vector<Mail>> recent_mail(std::size_t limit);
  Status settle(const Mail& mail);
  // Nothing: this person got no mail yet.
  Result<std::optional<MailPace>> mail_pace(UserId user);
  // The hours that began by `began_by`, and for whose end notes wait.
  Result<std::vector<MailPace>> paces_held(UnixMillis began_by, std::size_t limit);
  // The notes that came for the office from this arrival on, the newest first. Only as many are kept as a
  // mail names.
  Result<std::vector<Arrived>> addressed(ArrivalSeq from);
  // Arrivals up to this one have become mails that go at once. Nothing: nobody ever asked for such mails.
  Result<std::optional<ArrivalSeq>> at_once_cursor();
  // Whoever asks for it then begins anew.
  Status forget_at_once_cursor();

  // Whether a mail has asked about it.
  Result<bool> was_asked(const AskedFollowUp& asked);
  // Forgets what was asked before it was due, since the clock was ahead: it is asked again in time.
  Status forget_asked_ahead(UnixMillis now);

  // The hub of feeds was told of what arrived up to here. Nothing: there was never one.
  Result<std::optional<ArrivalSeq>> hub_cursor();
  Status set_hub_cursor(ArrivalSeq cursor);

  // Of calls that were over by then the office was asked what came of them. Nothing: it never was.
  Result<std::optional<UnixMillis>> calls_asked_until();

  // Erasures up to this arrival have been carried out here. Nothing: none ever was.
  Result<std::optional<ArrivalSeq>> erased_cursor();
  // Forgets the office's remarks on records that their authors have erased, and its worksheets of them, and
  // moves the cursor.
  Status forget_remarks(const std::vector<RecordAt>& erased, ArrivalSeq cursor);
  // Forgets what the office kept of void entries up to the time at which they became void: cases of the
  // inbox, items of watchlists, and worksheets. Else what comes in their places would be taken for them.
  Status forget_void(const std::vector<Arrival>& voided);

  // Messages that were tried `attempts` times, or given up after `since`. At most a thousand deliveries and a
  // thousand mails of each are counted.
  Result<Failing> failing(unsigned attempts, UnixMillis since);

  // How many wait; it counts up to 100,000 of each.
  Result<Waiting> waiting();
  // When the next message is due; `mail`: mails count too. Nothing: none waits.
  Result<std::optional<UnixMillis>> next_due(bool mail);
  // Corrects times that were written while the clock was ahead. No message waits longer than until `latest`,
  // no hour began after `now`, and no message was settled after `now`. Messages with a wrong time are due
  // now.
  Status correct_times(UnixMillis latest, UnixMillis now);
  // Forgets settled messages: those settled before `before`, and those that are not among the newest `kept`
  // of all messages, waiting ones included. It does so for deliveries and for mails, some thousand at a time.
  Status forget(UnixMillis before, std::uint64_t kept);

 private:
  OfficeDb& db_;
};

}  // namespace koinon
