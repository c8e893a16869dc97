#include "node/api/kept_changes.h"

#include <boost/json/serialize.hpp>

#include "crypto/ed25519.h"
#include "node/api/change_request.h"
#include "node/api/store_changes.h"
#include "node/publishing/vouching.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;

Result<bool> must_keep(ApiShared& shared) {
  const StoreWriting& writer = shared.parts.writer;
  if (writer.signing_stopped()) return false;  // it is refused, and told why
  if (writer.signing_waits()) return true;
  return shared.desk.has_kept();
}

bool was_put_off(ApiShared& shared, const Error& error) {
  const StoreWriting& writer = shared.parts.writer;
  return error.code == Code::kUnavailable && !writer.signing_stopped() && writer.signing_waits();
}

Result<HeldNote> put_held(ApiShared& shared, HeldNote note, const std::function<Status()>& first) {
  KOINON_ASSIGN(const std::size_t all, shared.desk.count_waiting(std::nullopt));
  KOINON_ASSIGN(const std::size_t own, shared.desk.count_waiting(note.user));
  if (all >= limits::kHeld || own >= limits::kHeldEach)
    return fail(Code::kTooLarge, Sentence{"held.too_many", "too much waits to be signed already"}, "hold");
  note.salt = random_bytes(limits::kSaltBytes);
  const auto put = [&]() -> Result<HeldId> {
    if (first) KOINON_TRY(first());
    return shared.desk.hold(note);
  };
  KOINON_ASSIGN(note.id, shared.parts.office->transact(put));
  shared.parts.wake_hold_queue();
  return note;
}

asio::awaitable<void> hide_text_of(ApiShared* shared, HeldNote note) {
  const auto own = shared->parts.facts.log();
  if (!note.kept || !note.hides || !own) co_return;
  (void)co_await change_store(&shared->parts.writer,
                              [own = *own, index = *note.hides, now = shared->parts.clock.wall()](
                                  Store& store) { return store.set_hidden(own, index, true, now); });
}

HeldView kept_view(ApiShared& shared, const HeldNote& note) {
  HeldView out = held_view(note);
  if (out.waits_to_sign()) out.signing_waits = shared.parts.writer.signing_waits();
  return out;
}

namespace {

DraftMaker maker_of(const VouchRequest& request, const LogId& own, const LogId& city) {
  return request.withdrawn ? vouch_withdrawal_maker(own, city) : city_vouch_maker(city, request.asked_at);
}

// What cannot be signed is refused now, and not when nobody is there any more.
Result<HeldView> keep_vouch(ApiShared& shared, const Caller& caller, const VouchRequest& request) {
  const auto prepared = shared.publisher.prepare(SigningRequest(request), caller);
  if (!prepared.ok()) return prepared.error();
  HeldNote note;
  note.user = caller.user;
  note.who = caller.name;
  note.made_at = note.due_at = request.asked_at;
  note.hold = std::chrono::milliseconds(0);
  note.kept = true;
  note.request = boost::json::serialize(vouch_object(request));
  KOINON_ASSIGN(note, put_held(shared, std::move(note)));
  return kept_view(shared, note);
}

}  // namespace

asio::awaitable<Result<VouchDone>> publish_vouch(ApiShared* shared, Caller caller, VouchRequest request) {
  Wish wish;
  wish.kind = v1::KIND_VOUCH;
  const auto verdict = shared->publisher.decide(caller, wish, shared->parts.clock.wall());
  if (!verdict.ok()) co_return verdict.error();
  const auto city = parse_log_id(request.city);
  if (!city.ok()) co_return city.error();
  const auto keeps = must_keep(*shared);
  if (!keeps.ok()) co_return keeps.error();
  VouchDone out;
  if (!*keeps) {
    const auto published = co_await publish_draft(&shared->parts.writer, verdict->permit,
                                                  maker_of(request, *shared->parts.facts.log(), *city));
    if (published.ok()) {
      out.published = *published;
      co_return out;
    }
    if (!was_put_off(*shared, published.error())) co_return published.error();
  }
  auto held = keep_vouch(*shared, caller, request);
  if (!held.ok()) co_return held.error();
  out.held = std::move(*held);
  co_return out;
}

}  // namespace koinon
