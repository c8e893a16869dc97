#include "node/delivery/courier.h"

#include <algorithm>

#include "node/delivery/webhook_message.h"
#include "node/reading/kept_fault.h"
#include "proto/base/thread_name.h"

namespace koinon {
namespace {

constexpr std::chrono::seconds kLookAgain{
    30};  // look again after this time, because somebody may set the clock
constexpr std::chrono::seconds kFoldAgain{1};
constexpr std::chrono::seconds kRetry{5};   // after the store or the office's database failed
constexpr std::size_t kSettledAtOnce = 16;  // messages of one webhook whose record no longer stands

// What became of a message. Pages translate it.
template <typename Item>
void tell(Item& item, const Sentence& told) {
  const Error said = fail(Code::kUnavailable, told);
  item.outcome = said.message;
  item.fault = fault_text(said);
}

}  // namespace

Courier::Courier(CourierOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      accounts_(*parts_.office),
      outbox_(*parts_.office),
      places_(*parts_.office),
      announcer_(
          {options_.own, options_.name, !options_.smtp.url.empty(), options_.digest_hour, options_.zone},
          {*parts_.store, *parts_.index, accounts_, outbox_, parts_.clock}),
      chores_{{*parts_.store, outbox_, *parts_.office},
              {{options_.own, options_.name, !options_.smtp.url.empty()},
               {*parts_.store, *parts_.index, *parts_.nearness, accounts_, outbox_, parts_.clock}}},
      composer_({options_.name, options_.url, options_.mail_from, options_.zone}, *parts_.store,
                *parts_.index, *parts_.nearness, parts_.told),
      hub_({options_.hub, options_.url, options_.private_webhooks, options_.backoff},
           {*parts_.store, *parts_.index, *parts_.nearness, outbox_, parts_.clock, parts_.on_hub}),
      trial_({options_.smtp, options_.mail_from, options_.name, options_.zone}),
      thread_([this] { run(); }) {}

Courier::~Courier() { stop(); }

void Courier::notify() { parts_.transfers->wake(); }

void Courier::try_mail(const std::string& recipient, MailTrial::Done done) {
  trial_.ask(recipient, std::move(done));
  parts_.transfers->wake();
}

void Courier::stop() {
  stopping_ = true;
  parts_.transfers->wake();
  if (thread_.joinable()) thread_.join();
}

void Courier::run() {
  name_this_thread("courier");
  while (!stopping_) {
    trial_.begin(*parts_.transfers, parts_.clock.wall());
    const Status done = turn();
    if (done.ok()) {
      trouble_.clear();
    } else if (trouble_.set(done.error(), parts_.clock.wall())) {
      parts_.on_error(done.error());
    }
    std::chrono::milliseconds wait = kRetry;
    if (done.ok()) wait = last_.left_more ? std::chrono::milliseconds(0) : until_next();
    if (!last_.had_room)
      wait = std::max<std::chrono::milliseconds>(wait, kRetry);  // digests that are due wait too
    for (const auto& outcome : parts_.transfers->wait(wait)) note(outcome);
  }
  trial_.stop();
  if (const Status settled = settle_ended(); !settled.ok()) parts_.on_error(settled.error());
}

Status Courier::follow_epoch() {
  KOINON_ASSIGN(const auto epoch, parts_.store->epoch());
  if (epoch == places_.known()) return {};
  KOINON_ASSIGN(const auto epochs, parts_.store->epochs());
  KOINON_ASSIGN(const ArrivalSeq newest, parts_.store->newest_arrival());
  return places_.follow(epochs, newest, parts_.clock.wall());
}

Status Courier::turn() {
  KOINON_TRY(settle_ended());
  KOINON_TRY(follow_epoch());
  KOINON_ASSIGN(last_.left_more, chores_.erasures.turn());
  last_.had_room = !parts_.has_room || parts_.has_room();
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(
      outbox_.correct_times({now.value + std::chrono::milliseconds(limits::kSendBackoffMax).count()}, now));
  if (last_.had_room) {
    KOINON_ASSIGN(const bool more, announcer_.turn());
    KOINON_ASSIGN(const bool more_of_feeds, hub_.read());
    last_.left_more = last_.left_more || more || more_of_feeds;
    KOINON_TRY(chores_.calls.turn());
  }
  hub_.tell(*parts_.transfers);
  KOINON_TRY(outbox_.forget({now.value - std::chrono::milliseconds(limits::kSendForgotten).count()},
                            limits::kSentKept));
  KOINON_TRY(send_deliveries(now));
  return options_.smtp.url.empty() ? Status() : send_mails(now);
}

std::chrono::milliseconds Courier::until_next() { return std::min(until_next_message(), hub_.until_next()); }

std::chrono::milliseconds Courier::until_next_message() {
  const auto next = outbox_.next_due(!options_.smtp.url.empty());
  if (!next.ok() || !*next)
    return !chores_.erasures.folded() ? std::chrono::milliseconds(kFoldAgain) : kLookAgain;
  const std::chrono::milliseconds left((*next)->value - parts_.clock.wall().value);
  // Messages that are due may be under way already. Then the courier waits for their end.
  const std::chrono::milliseconds least(sending_.empty() ? 1 : 200);
  if (!chores_.erasures.folded()) return std::max<std::chrono::milliseconds>(least, kFoldAgain);
  return std::clamp<std::chrono::milliseconds>(left, least, kLookAgain);
}

// --- sending ---

template <typename Item, typename Matches>
bool Courier::is_under_way(Matches matches) const {
  return std::any_of(sending_.begin(), sending_.end(), [&](const auto& one) {
    const Item* item = std::get_if<Item>(&one.second.item);
    return item != nullptr && matches(*item);
  });
}

template <typename Item>
bool Courier::has_room() const {
  const auto same = std::count_if(sending_.begin(), sending_.end(), [](const auto& one) {
    return std::holds_alternative<Item>(one.second.item);
  });
  return sending_.size() < limits::kSendsAtOnce && static_cast<std::size_t>(same) < limits::kSendsEach;
}

template <typename Item, typename Begin>
Result<bool> Courier::send(Item item, const std::optional<std::string>& text, Begin begin) {
  if (text) {
    sending_.emplace(begin(*text), Sending{std::move(item)});
    return true;
  }
  item.state = SendState::kGivenUp;
  tell(item, Sentence{"send.gone", "withdrawn or erased before it went"});
  KOINON_TRY(outbox_.settle(item));
  return false;
}

Status Courier::send_deliveries(UnixMillis now) {
  KOINON_ASSIGN(auto webhooks, outbox_.webhooks());
  // Webhooks take turns, so that a slow or dead one does not delay the others.
  std::rotate(webhooks.begin(),
              std::find_if(webhooks.begin(), webhooks.end(),
                           [&](const Webhook& one) { return one.id > last_.served; }),
              webhooks.end());
  for (const Webhook& hook : webhooks) {
    if (!has_room<Delivery>()) return {};
    // Each webhook gets one message at a time, so that a slow one takes only one place.
    if (is_under_way<Delivery>([&](const Delivery& one) { return one.webhook == hook.id; })) continue;
    KOINON_ASSIGN(const auto due, outbox_.due_deliveries(hook.id, now, kSettledAtOnce));
    for (const Delivery& delivery : due) {
      KOINON_ASSIGN(const auto text, composer_.payload(delivery, now));
      KOINON_ASSIGN(const bool sent, send(delivery, text, [&](const std::string& body) {
                      return parts_.transfers->post(
                          {hook.url, webhook_headers(hook.secret, delivery.message, now, body), body,
                           options_.private_webhooks});
                    }));
      if (!sent) continue;
      last_.served = hook.id;
      break;
    }
  }
  return {};
}

Status Courier::send_mails(UnixMillis now) {
  KOINON_ASSIGN(const auto mails, outbox_.due_mail(now, limits::kSendsAtOnce * 4));
  for (const Mail& mail : mails) {
    if (!has_room<Mail>()) return {};
    if (is_under_way<Mail>([&](const Mail& one) { return one.id == mail.id; })) continue;
    KOINON_ASSIGN(const auto text, composer_.message(mail, now));
    KOINON_TRY(send(mail, text, [&](const std::string& message) {
      return parts_.transfers->mail({options_.smtp, options_.mail_from, mail.recipient, message});
    }));
  }
  return {};
}

template <typename Item>
void Courier::after(Item& item, const Transfers::Outcome& outcome) {
  ++item.attempts;
  tell(item, outcome.told);
  if (outcome.arrived) {
    item.state = SendState::kSent;
    return;
  }
  if (outcome.final || item.attempts >= limits::kSendAttempts) {
    item.state = SendState::kGivenUp;
    return;
  }
  const auto wait = std::min<std::chrono::milliseconds>(
      options_.backoff * (std::int64_t{1} << (item.attempts - 1)), limits::kSendBackoffMax);
  item.next_at = {parts_.clock.wall().value + wait.count()};
}

void Courier::note(const Transfers::Outcome& outcome) {
  if (trial_.note(outcome) || hub_.note(outcome)) return;
  const auto it = sending_.find(outcome.number);
  if (it == sending_.end()) return;
  std::visit([&](auto& item) { after(item, outcome); }, it->second.item);
  it->second.ended = true;
}

Status Courier::settle_ended() {
  for (auto it = sending_.begin(); it != sending_.end();) {
    if (it->second.ended) {
      KOINON_TRY(std::visit([&](const auto& item) { return outbox_.settle(item); }, it->second.item));
      it = sending_.erase(it);
    } else {
      ++it;
    }
  }
  return {};
}

}  // namespace koinon
