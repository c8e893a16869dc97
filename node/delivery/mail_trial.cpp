#include "node/delivery/mail_trial.h"

#include <utility>

#include "crypto/ed25519.h"
#include "node/delivery/mail_message.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kMessageIdBytes = 16;

// What stands behind the scheme.
std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  const std::string rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

Error stopping() { return fail(Code::kUnavailable, "koinond stops"); }

}  // namespace

Status MailTrial::may_ask() const {
  if (options_.smtp.url.empty())
    return fail(Code::kRefused,
                "this node sends no mail: set mail.smtp, mail.from and http.url in koinond.toml, and restart "
                "koinond",
                "mail.smtp");
  if (is_stopped_) return stopping();
  if (asked_) return fail(Code::kTooMany, "another test mail is under way; try again in half a minute");
  return {};
}

void MailTrial::ask(const std::string& recipient, Done done) {
  Status may;
  {
    const std::lock_guard lock(mutex_);
    may = may_ask();
    if (may.ok()) asked_ = Asked{recipient, std::move(done)};
  }
  if (!may.ok()) done(may.error());
}

void MailTrial::begin(Transfers& transfers, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  if (!asked_ || asked_->number) return;
  asked_->number = transfers.mail(
      {options_.smtp, options_.from, asked_->recipient, message(asked_->recipient, now), true});
}

bool MailTrial::note(const Transfers::Outcome& outcome) {
  std::optional<Asked> ended;
  {
    const std::lock_guard lock(mutex_);
    if (!asked_ || asked_->number != outcome.number) return false;
    ended = std::exchange(asked_, std::nullopt);
  }
  MailTried out;
  out.accepted = outcome.arrived;
  out.server = host_of(options_.smtp.url);
  out.step = outcome.step;
  // What the server took before the connection broke off, or before there was no TLS, is no answer to this.
  constexpr long kRefused = 400;
  if (outcome.arrived || outcome.status >= kRefused) {
    out.status = outcome.status;
    out.said = outcome.said;
  }
  out.outcome =
      outcome.arrived ? "the mail server took it" : filled(outcome.told.english, outcome.told.arguments);
  ended->done(std::move(out));
  return true;
}

void MailTrial::stop() {
  std::optional<Asked> waits;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    waits = std::exchange(asked_, std::nullopt);
  }
  if (waits) waits->done(stopping());
}

std::string MailTrial::message(const std::string& recipient, UnixMillis now) const {
  MailContent content;
  content.from = options_.from;
  content.from_name = options_.name;
  content.to = recipient;
  content.subject = "Test mail of " + options_.name;
  content.opening = "This mail says that the Koinon node of " + options_.name +
                    " can send mail. An administrator asked for it. There is nothing to do.";
  content.message_id = to_base32(random_bytes(kMessageIdBytes)) + "@" + options_.name;
  content.date = now;
  content.zone = options_.zone;
  return mail_message(content);
}

}  // namespace koinon
