// A mail that tells of nothing, sent now at the word of an administrator who wants to know whether mail
// works.
//
// One at a time, with the deadline of every mail (limits::kSendDeadline). It is not tried again, and neither
// the outbox nor an alarm knows of it.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "node/delivery/mail_dialogue.h"
#include "node/delivery/transfers.h"
#include "node/text/time_zone.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// What became of it.
struct MailTried {
  bool accepted = false;
  std::string server;                  // HOST, or HOST:PORT, as it is configured
  MailStep step = MailStep::kConnect;  // at which it ended
  long status = 0;                     // the number of the server's answer to that step; 0: none came
  std::string said;                    // the answer, with its number (MailDialogue); may be empty
  std::string outcome;                 // our own sentence for it
};

class MailTrial {
 public:
  struct Options {
    SmtpServer smtp;   // no url: no mail is sent
    std::string from;  // an address
    std::string name;  // the city's name, as the sender
    TimeZone zone;     // in which the mail says its date
  };
  using Done = std::function<void(Result<MailTried>)>;
  explicit MailTrial(Options options) : options_(std::move(options)) {}

  // Any thread. Calls `done` once, on this thread or on the courier's, which must be woken. kRefused: no
  // server is configured. kTooMany: another one is under way. kUnavailable: the node stops. A server that
  // does not take the mail is no error.
  void ask(const std::string& recipient, Done done);

  // The courier's thread. Sends what was asked for.
  void begin(Transfers& transfers, UnixMillis now);
  // Whether it was the end of this transfer.
  bool note(const Transfers::Outcome& outcome);
  // Whoever waits, or asks from now on, is told that the node stops.
  void stop();

 private:
  struct Asked {
    std::string recipient;
    Done done;
    std::optional<Transfers::Number> number = std::nullopt;  // once it is under way
  };
  // The error says why no test mail can be sent at this moment.
  Status may_ask() const;
  std::string message(const std::string& recipient, UnixMillis now) const;

  const Options options_;
  std::mutex mutex_;  // of what follows
  std::optional<Asked> asked_;
  bool is_stopped_ = false;
};

}  // namespace koinon
