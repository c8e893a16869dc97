// What is to leave the node towards its own readers: webhooks with their deliveries, digests, and mail. Each
// stays until it has arrived or is given up, over restarts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/arrival.h"
#include "proto/base/types.h"
#include "storage/office/office_db.h"

namespace koinon {

struct Webhook {
  WebhookId id;
  std::string url;
  std::string topic;   // empty: every one
  std::string secret;  // 32 bytes, raw
  std::string made_by;
  UnixMillis created_at;
  ArrivalSeq cursor;  // arrivals up to this one have become deliveries
};

enum class SendState : unsigned char { kWaiting = 1, kSent = 2, kGivenUp = 3 };

struct Delivery {
  std::int64_t id = 0;
  WebhookId webhook;
  std::string message;  // webhook-id: the same for every attempt
  std::string payload;  // of those that wait since before the text was taken from the index; else empty
  unsigned attempts = 0;
  UnixMillis next_at;
  SendState state = SendState::kWaiting;
  std::string outcome;
  std::optional<LogId> log = {};  // what it tells of; the text is the index's
  EntryIndex index = {};
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at = {};
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
  std::string message;  // RFC 5322, CRLF: of those that wait since before; else empty
  unsigned attempts = 0;
  UnixMillis next_at;
  SendState state = SendState::kWaiting;
  std::string outcome;
  std::string about = {};  // what it tells of, as the courier has it; the text is the index's
};

// A record by log and entry.
using RecordAt = std::pair<LogId, EntryIndex>;

// Something that came for the office.
struct Addressed {
  ArrivalSeq arrival;
  RecordAt record;
};

// How many mails somebody got in an hour, and what waits for its end.
struct MailPace {
  UserId user;
  UnixMillis began;  // the hour, with its first mail
  unsigned mails = 0;
  std::uint64_t held = 0;  // notes for the office that came faster than mails may
  ArrivalSeq held_from;    // the first of them
};

// Mails, and what is known once they are written down. All of it is one transaction.
struct MailBatch {
  std::vector<Mail> mails = {};
  std::vector<MailPace> paces = {};               // of those whom they are for
  std::vector<Addressed> addressed = {};          // new; only the newest that a mail names are kept
  std::optional<Digest> digest = {};              // that goes on from here
  std::optional<ArrivalSeq> at_once_cursor = {};  // arrivals up to here have become mails that go at once
};

// Messages that do not arrive.
struct Failing {
  std::uint64_t waiting = 0;   // tried in vain, several times
  std::uint64_t given_up = 0;  // lately
  std::string last;            // why, of the newest
};

class Outbox {
 public:
  explicit Outbox(OfficeDb& db) : db_(db) {}

  Result<WebhookId> add_webhook(const Webhook& webhook);
  Status remove_webhook(WebhookId id);
  Result<std::vector<Webhook>> webhooks();
  // The newest first.
  Result<std::vector<Delivery>> deliveries(WebhookId id, std::size_t limit);
  // Adds deliveries and moves the cursor, in one transaction.
  Status queue_deliveries(WebhookId id, const std::vector<Delivery>& deliveries, ArrivalSeq cursor);
  // How many wait; counted up to `most`.
  Result<std::size_t> waiting(WebhookId id, std::size_t most);
  // Of one webhook, those that are due; the longest due first.
  Result<std::vector<Delivery>> due_deliveries(WebhookId id, UnixMillis now, std::size_t limit);
  Status settle(const Delivery& delivery);

  Result<std::vector<Digest>> digests(UserId user);
  Result<std::vector<Digest>> due_digests(UnixMillis now, std::size_t limit);
  // Those that wait longer than their days and a day more: their time was set by a clock that was ahead.
  Result<std::vector<Digest>> late_digests(UnixMillis now, std::size_t limit);
  Status put_digest(const Digest& digest);
  Status remove_digest(UserId user, std::string_view topic);

  Status queue_mail(const MailBatch& batch);
  Result<std::vector<Mail>> due_mail(UnixMillis now, std::size_t limit);
  Result<std::vector<Mail>> recent_mail(std::size_t limit);
  Status settle(const Mail& mail);
  // None: they got none yet.
  Result<std::optional<MailPace>> mail_pace(UserId user);
  // Hours that began by then, for whose end something waits.
  Result<std::vector<MailPace>> paces_held(UnixMillis began_by, std::size_t limit);
  // What came for the office from this arrival on, newest first; as far back as a mail names it.
  Result<std::vector<RecordAt>> addressed(ArrivalSeq from);
  // Up to where arrivals have become mails that go at once; none: never asked.
  Result<std::optional<ArrivalSeq>> at_once_cursor();

  // Up to where erasures have been carried out here; none: never.
  Result<std::optional<ArrivalSeq>> erased_cursor();
  // Forgets what the office remarked on records whose authors have had them erased, and moves the cursor.
  Status forget_remarks(const std::vector<RecordAt>& erased, ArrivalSeq cursor);

  // What was tried `attempts` times or given up since; of each a thousand deliveries and a thousand mails are
  // counted.
  Result<Failing> failing(unsigned attempts, UnixMillis since);

  // When something is next to be sent, mail among it or not; none: nothing waits.
  Result<std::optional<UnixMillis>> next_due(bool mail);
  // Nothing waits longer than until `latest`, no hour began after now and nothing was settled later: what did
  // was written down while the clock was ahead, and is due now.
  Status not_after(UnixMillis latest, UnixMillis now);
  // Forgets what was settled before, and what was settled that is not among the newest `kept` of all, those
  // that wait counted in; of deliveries and of mails, some thousand at a time.
  Status forget(UnixMillis before, std::uint64_t kept);

 private:
  OfficeDb& db_;
};

}  // namespace koinon
