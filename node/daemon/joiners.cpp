#include "node/daemon/joiners.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/api/change_request.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/store/invite_rules.h"
#include "storage/store/recovery_rules.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// Of whom the pins were that this takes away.
struct Used {
  bool pinned_now = false;  // by this, and not from before
  std::vector<NodeKey> removed;
  // Statements that go on from those that the store has of the joiner's log. It must have them first, and
  // nothing was changed.
  std::optional<KeyHistory> news;
};

// What the joiner's statements say, beside those that are kept.
struct PeerTold {
  bool took_back = false;  // the recovery key of its log has said that the key of its line signs it now
  std::optional<KeyHistory> news;  // they go on from those
};

// Nobody is told of the second one: who keeps it from everybody else mends all that it did.
Error taken_back_otherwise(const KeyHistory& kept, const KeyHistory& told) {
  const KeyHistory::Change* other = nullptr;
  for (const KeyHistory::Change& change : kept.changes()) {
    const auto& all = told.changes();
    const bool is_told = std::any_of(all.begin(), all.end(), [&](const KeyHistory::Change& one) {
      return one.statement == change.statement;
    });
    if (change.is_recovery && !is_told && other == nullptr) other = &change;
  }
  std::string what = "another statement";
  if (other != nullptr)
    what += " " + std::to_string(other->statement.sequence) + ", which keeps " +
            std::to_string(other->statement.size.value) +
            (other->statement.size.value == 1 ? " entry" : " entries");
  return fail(Code::kConflict,
              "the log of " + kept.identity().name + " was taken back already by " + what +
                  "; do not start koinond there, remove that folder",
              kJoinStatements);
}

// A log of which nothing is held has no statements here that these could contradict, and its identity is not
// known: they come again with its first head.
Result<PeerTold> read_told(Store& store, const PeerRecord& record, const std::vector<Bytes>& statements) {
  PeerTold out;
  if (!record.log || statements.empty()) return out;
  const auto held = store.log_state(*record.log);
  if (!held.ok() && held.error().code == Code::kNotFound) return out;
  if (!held.ok()) return held.error();
  KeyHistory told(held->identity());
  for (const Bytes& statement : statements) KOINON_TRY(told.add(statement));
  const KeyOrder order = compare(held->keys, told);
  if (order == KeyOrder::kContradictForGood) return taken_back_otherwise(held->keys, told);
  KOINON_ASSIGN(const auto evidence, store.evidence(*record.log));
  if (is_for_good(evidence))
    return fail(Code::kConflict,
                "two recoveries of the log of " + record.name +
                    " contradict each other: it is frozen for good, and only a new log helps",
                kJoinStatements);
  // That the joiner holds the key of its line was checked before.
  if (order == KeyOrder::kSame) out.took_back = told.recoveries() > 0 && told.vkey().text() == record.vkey;
  if (order == KeyOrder::kSecondGoesOn) out.news = std::move(told);
  return out;
}

// The node that the log had before is not its node any more, whoever has that machine. What the operator said
// of the city stays.
Status unpin_old_nodes(Store& store, PeerRecord& record, Used& used) {
  KOINON_ASSIGN(const auto all, store.peers());
  for (const PeerRecord& peer : all) {
    if (peer.log != record.log || peer.node_key == record.node_key) continue;
    record.vouch = record.vouch || peer.vouch;
    record.paused = record.paused || peer.paused;
    KOINON_TRY(store.remove_peer(peer.node_key));
    used.removed.push_back(peer.node_key);
  }
  return {};
}

Result<Used> use_invite(Store& store, const NodeKey& invite, PeerRecord& record,
                        const std::vector<Bytes>& statements, UnixMillis now) {
  Used used;
  KOINON_ASSIGN(PeerTold told, read_told(store, record, statements));
  if (told.news) {
    used.news = std::move(told.news);
    return used;
  }
  KOINON_TRY(end_invite(store, invite, now));
  if (told.took_back) KOINON_TRY(unpin_old_nodes(store, record, used));
  KOINON_ASSIGN(const auto pinned, store.peers());
  for (const PeerRecord& peer : pinned) {
    // What the operator pinned stands, whoever comes with an invite.
    if (peer.node_key == record.node_key && peer.log == record.log) return used;
    if (peer.node_key == record.node_key || (record.log && peer.log == record.log))
      return fail(Code::kConflict,
                  record.name + " is pinned already with another node; the operator there removes it first",
                  "invite");
  }
  KOINON_TRY(store.put_peer(record));
  used.pinned_now = true;
  return used;
}

// Written before the answer comes. The network is told on the writer's thread, before anything else is
// written: so it hears of pins in the order in which they were changed.
asio::awaitable<Result<Used>> write_use(StoreWriter* writer, Network* network, NodeKey invite,
                                        std::shared_ptr<PeerRecord> record, std::vector<Bytes> statements,
                                        UnixMillis now) {
  const auto used = std::make_shared<Used>();
  Beginning<Status> begin = [writer, network, used, record, invite, statements,
                             now](std::function<void(Status)> done) {
    writer->change(
        [used, record, invite, statements, now](Store& store) -> Status {
          KOINON_ASSIGN(*used, use_invite(store, invite, *record, statements, now));
          return {};
        },
        [network, used, record, done = std::move(done)](Status kept) {
          if (kept.ok() && used->pinned_now) network->add_peer(*record);
          if (kept.ok())
            for (const NodeKey& old : used->removed) network->remove_peer(old);
          done(std::move(kept));
        });
  };
  const auto stored = co_await from_callback<Status>(std::move(begin));
  if (!stored.ok()) co_return stored.error();
  co_return std::move(*used);
}

}  // namespace

// The invite is used and the joiner pinned in one transaction. A vouch follows only where the operator named
// who may join: else the operator looks at the name first.
asio::awaitable<Result<std::string>> Joiners::join(InviteRecord invite, v1::Join join) {
  auto peer =
      peer_of_line(join.peer_line(), parts_.identity.log_id(), parts_.identity.node_key, parts_.wall());
  if (!peer.ok()) co_return peer.error();
  if (!invite.expects.empty() && peer->name != invite.expects) {
    co_return fail(Code::kRefused, "this invite is for " + invite.expects + ", not for " + peer->name,
                   "invite");
  }
  peer->vouch = !invite.expects.empty() && peer->log && parts_.identity.log;
  const std::vector<Bytes> statements(join.statements().begin(), join.statements().end());
  const auto record = std::make_shared<PeerRecord>(std::move(*peer));
  auto used =
      co_await write_use(&parts_.writer, &parts_.network, invite.key, record, statements, parts_.wall());
  if (used.ok() && used->news) {
    co_await keep(std::move(*used->news), record->node_key);
    used = co_await write_use(&parts_.writer, &parts_.network, invite.key, record, statements, parts_.wall());
  }
  if (!used.ok()) co_return used.error();
  if (used->news)
    co_return fail(Code::kUnavailable, "what took the log back cannot be stored here now; try again later",
                   kJoinStatements);
  parts_.network.end_invite(invite.key);
  parts_.log.info(log_event::kJoined, "joined by invite",
                  {{"peer", record->name}, {"node_key", to_text(record->node_key)}});
  co_return parts_.identity.name;
}

// Whoever goes on looks into the store.
asio::awaitable<void> Joiners::keep(KeyHistory told, NodeKey teller) {
  const LogId log = told.identity().log_id();
  const auto until = std::make_shared<asio::steady_timer>(parts_.network.context(), limits::kStatementsWait);
  std::erase_if(waiting_, [](const auto& one) { return one.second.expired(); });
  waiting_.emplace(log, until);
  parts_.network.take_statements(std::move(told), teller);
  boost::system::error_code ignored;
  co_await until->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Joiners::on_statements_kept(const LogId& log) {
  const auto [first, last] = waiting_.equal_range(log);
  for (auto one = first; one != last; ++one) {
    if (const auto timer = one->second.lock()) timer->cancel();
  }
  waiting_.erase(first, last);
}

}  // namespace koinon
