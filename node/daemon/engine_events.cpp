#include "node/daemon/engine_events.h"

#include <boost/asio/post.hpp>

#include "node/publishing/gate.h"
#include "node/publishing/node_key_wait.h"
#include "node/publishing/vouching.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;

std::string EngineEvents::name_of(const NodeKey& key) const {
  if (key == NodeKey()) return {};
  const PeerRecord* record = parts_.network.peer(key);
  return record == nullptr ? to_text(key) : record->name;
}

void EngineEvents::on_event(const Event& event) {
  const DaemonLog& log = parts_.log;
  const std::string peer = name_of(event.peer);
  switch (event.kind) {
    case Event::Kind::kSessionReady:
      log.info(log_event::kConnected, "connected", {{"peer", peer}, {"agent", event.text}});
      note_holder(event.peer, event.size);
      if (event.log != LogId()) vouching_.note_proven(event.peer, event.log);
      consider_vouch(event.peer);
      return;
    case Event::Kind::kSessionEnded:
      return log.info(log_event::kDisconnected, "disconnected", {{"peer", peer}, {"reason", event.text}});
    case Event::Kind::kLogAdvanced:
      return on_advanced(event);
    case Event::Kind::kForked:
      return on_forked(event);
    case Event::Kind::kKeysNamed:
      return pins_.look(event.log);
    case Event::Kind::kStatementsKept:
      return;  // whoever brought them has it
    case Event::Kind::kKeyReplaced:
    case Event::Kind::kTakenBack:
      return log.warning(log_event::kKeysChanged, event.text,
                         {{"log", to_text(event.log)}, {"at", event.size.value}, {"peer", peer}});
    case Event::Kind::kPeerLied:
      return log.warning(log_event::kPeerLied, "a peer sent what does not verify",
                         {{"peer", peer}, {"reason", event.text}});
    case Event::Kind::kStanding:
      return on_standing();
    case Event::Kind::kRolledBack:
      return log.error(log_event::kRolledBack,
                       event.text + "; nothing is signed until peers have said what they saw of its log");
    case Event::Kind::kCameBack:
      return log.warning(log_event::kCameBack, event.text, {{"peer", peer}});
    case Event::Kind::kCannotShow:
      return log.error(log_event::kCannotShow, event.text, {{"peer", peer}});
    case Event::Kind::kStoreFailed:
      return log.error(log_event::kStoreFailed, "what other cities send cannot be stored; reading goes on",
                       {{"reason", event.text}});
    case Event::Kind::kFilterApplied:
      parts_.writer.change([applied = parts_.network.filter().text()](
                               Store& store) { return store.set_setting(kFilterApplied, applied); },
                           [](const Status&) {});
      return;
    case Event::Kind::kTrusted:
      return log.debug(log_event::kTrusted, "a city is trusted from now on", {{"log", to_text(event.log)}});
    case Event::Kind::kDistrusted:
      return log.debug(log_event::kDistrusted,
                       "a city is no longer trusted; what is held of it goes after the grace time",
                       {{"log", to_text(event.log)}});
    case Event::Kind::kRemoved:
      return log.info(log_event::kRemoved, "removed the data of a city that is no longer trusted",
                      {{"log", to_text(event.log)}, {"entries", event.size.value}});
    case Event::Kind::kReachAsked:
    case Event::Kind::kReachTold:
      return;  // the network's own
    case Event::Kind::kNotice:
      return log.info(log_event::kNotice, event.text, {{"peer", peer}});
  }
}

void EngineEvents::begin() {
  on_standing();
  for (const LogId& log : parts_.network.pinned_logs()) pins_.look_at_pin(log);
}

// After a recovery the log names the keys of before: ours are named as soon as we may sign, behind the
// statement, which stands there then even if the keys are the same.
void EngineEvents::name_own_keys() {
  if (parts_.keys == nullptr || !parts_.identity.log) return;
  parts_.writer.publish(
      Gate::for_the_node_itself(), keys_maker(parts_.identity.log->log_id(), *parts_.keys),
      [this](const Result<Published>& published) {
        if (published.ok())
          return parts_.log.warning(log_event::kKeysNamed, "our log names new keys of this node");
        const Code code = published.error().code;
        // They stand there already; or it waits, and is tried when we may sign again.
        if (code != Code::kConflict && code != Code::kNotFound && code != Code::kUnavailable)
          parts_.log.error(log_event::kKeysNotNamed, "our log does not name the keys of this node",
                           {{"reason", published.error().text()}});
      });
}

// Where a new node key waits for the peers that hold the entry which names it.
void EngineEvents::note_holder(const NodeKey& peer, TreeSize size) {
  if (parts_.keys == nullptr || !parts_.identity.log || size.value == 0) return;
  const auto next = parts_.keys->keys().next_node;
  if (!next) return;
  parts_.writer.change(
      [own = parts_.identity.log->log_id(), next = NodeKey::from(next->public_key().view()), peer,
       size](Store& store) { return note_node_key_holder(store, own, next, peer, size); },
      [this](const Status& noted) {
        if (!noted.ok())
          parts_.log.error(log_event::kNodeKeyWaitNotKept,
                           "it is not kept that a peer knows the new node key",
                           {{"reason", noted.error().text()}});
      });
}

// Marked before anything is signed: the writer carries both out in their order.
void EngineEvents::on_standing() {
  SigningNow now;
  now.view = parts_.network.signing();
  for (const NodeKey& key : now.view.waits_for) now.waits_for.push_back(name_of(key));
  for (const NodeKey& key : now.view.cannot_show) now.cannot_show.push_back(name_of(key));
  if (now.view.shown_by != NodeKey()) now.shown_by = name_of(now.view.shown_by);
  now = parts_.signing.as_it_counts(std::move(now));
  if (const auto why = why_not_signed(now); why) {
    parts_.log.warning(log_event::kSigningWaits, why->message);
    mark_asks();
  } else {
    mark(parts_.on_signs);
    mark_stands_ = true;
  }
  // What a copy brought back is set aside before anything may be signed.
  parts_.on_standing(now.view);
  const bool signs = parts_.signing.set(std::move(now));
  // The machine may have gone on meanwhile: the yes does not count any more.
  if (!signs) return mark_asks();
  name_own_keys();
  parts_.on_signing();
}

void EngineEvents::mark_asks() {
  if (mark_stands_) mark(parts_.on_asks);
  mark_stands_ = false;
}

void EngineEvents::mark(const std::function<Status(Store&)>& how) {
  parts_.writer.change([how](Store& store) { return how(store); },
                       [this](const Status& marked) {
                         if (!marked.ok())
                           parts_.log.error(log_event::kMarkNotKept, "the mark is not kept",
                                            {{"reason", marked.error().text()}});
                       });
}

void EngineEvents::on_advanced(const Event& event) {
  parts_.log.debug(log_event::kAdvanced, "log advanced",
                   {{"log", to_text(event.log)}, {"size", event.size.value}});
  for (const NodeKey& key : vouching_.proven_of(event.log)) {
    const PeerRecord* pinned = parts_.network.peer(key);
    if (pinned != nullptr && pinned->log == event.log) consider_vouch(key);
  }
}

void EngineEvents::on_forked(const Event& event) {
  const NodeIdentity& identity = parts_.identity;
  if (!identity.log || event.log != identity.log->log_id()) {
    return parts_.log.error(log_event::kForked, event.text + "; the evidence is kept",
                            {{"log", to_text(event.log)}});
  }
  const Error forked = own_log_forked(event.fork);
  parts_.writer.stop_signing(forked);
  const bool known = parts_.network.peer(event.peer) != nullptr;
  parts_.log.error(log_event::kOwnForked, forked.message,
                   {{"city", identity.name}, {"told_by", known ? name_of(event.peer) : std::string()}});
}

// Vouches once for a peer whose session has proven its node key.
void EngineEvents::consider_vouch(const NodeKey& key) {
  const PeerRecord* peer = parts_.network.peer(key);
  if (peer == nullptr || !vouching_.begin(*peer)) return;
  parts_.writer.publish(Gate::for_the_node_itself(), vouch_maker(*peer, parts_.wall()),
                        [this, city = *peer->log, name = peer->name](const Result<Published>& published) {
                          if (published.ok())
                            return parts_.log.info(log_event::kVouched, "vouched", {{"city", name}});
                          // Its log may not be here yet: it is tried again when it advances. What waits for
                          // our clock is tried again when it need not wait any more; an alarm says so
                          // meanwhile.
                          asio::post(parts_.network.context(), [this, city] { vouching_.forget(city); });
                          const Code code = published.error().code;
                          const bool waits = code == Code::kUnavailable && parts_.writer.signing_waits();
                          if (code != Code::kNotFound && !waits)
                            parts_.log.warning(log_event::kNotVouched, "not vouched",
                                               {{"city", name}, {"reason", published.error().text()}});
                        });
}

void EngineEvents::on_own_vouches(const std::vector<VouchFact>& vouches) {
  for (const VouchFact& vouch : vouches) {
    if (!vouch.withdrawn) continue;
    asio::post(parts_.network.context(), [this, target = vouch.target] { vouching_.forget(target); });
  }
}

void EngineEvents::vouch_for_all() {
  asio::post(parts_.network.context(), [this] {
    for (const NodeKey& key : vouching_.all_proven()) consider_vouch(key);
  });
}

}  // namespace koinon
