#include "node/daemon/engine_threads.h"

#include <chrono>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>

#include "crypto/checkpoint.h"
#include "crypto/key_file.h"
#include "node/daemon/part_options.h"
#include "node/daemon/version.h"
#include "node/publishing/gate.h"
#include "node/publishing/keys_entry.h"
#include "node/publishing/own_log.h"
#include "node/replication/cosigner_loss.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kNetworkAnswers{2};

}  // namespace

Result<std::unique_ptr<EngineThreads>> EngineThreads::make(Parts parts, StoreReader& store,
                                                           const StoreState& state) {
  std::unique_ptr<EngineThreads> out(new EngineThreads(std::move(parts)));
  KOINON_TRY(out->make_network(store, state));
  return out;
}

namespace {

// What the last recovery of our log keeps, under a head that our key signs. Nothing: there was none, or the
// key is not the current one.
std::optional<RecoveredLog> recovered_log(const KeyHistory& keys, const SigningKey& key) {
  if (key.public_key() != keys.vkey().key) return std::nullopt;
  const KeyHistory::Change* last = keys.last_recovery();
  if (last == nullptr) return std::nullopt;
  const Checkpoint kept{keys.vkey().name, last->statement.size, last->statement.root};
  return RecoveredLog{keys, {kept.size, kept.root, sign_checkpoint(kept, key)}};
}

// What our log names. Nothing: none of it is held, or it cannot be read.
std::optional<PublicKey> named_cosigner(StoreReader& store, const LogId& own) {
  const auto named = store.log_keys(own);
  return named.ok() ? std::optional(named->cosigner) : std::nullopt;
}

}  // namespace

// A store that was put back from a copy may have forgotten what was cosigned since. A rollback that was found
// out before has left the setting.
Status EngineThreads::make_cosigner(StoreReader& store, EngineConfig& engine) {
  const auto own = parts_.identity.log_id();
  if (!own || parts_.keys == nullptr) return {};
  KOINON_ASSIGN(engine.cosigner_lost, starts_with_lost_cosigner(store, engine.standing));
  cosigner_ = std::make_unique<Cosigner>(*own, parts_.identity.keys.vkey().name, *parts_.keys);
  cosigner_->set_named(named_cosigner(store, *own));
  engine.cosign = [this](const Checkpoint& checkpoint, UnixMillis now) { return cosign(checkpoint, now); };
  return {};
}

// The writer's thread.
Result<CosignatureLine> EngineThreads::cosign(const Checkpoint& checkpoint, UnixMillis now) {
  if (const auto stopped = writer_->signing_stopped())
    return again_as(Code::kUnavailable, *stopped, stopped->field);
  return cosigner_->sign(checkpoint, now, signing_waits());
}

Status EngineThreads::make_network(StoreReader& store, const StoreState& state) {
  const NodeKeys& keys = parts_.folder.keys();
  Network::Options options;
  options.listen = parts_.config.peer_listen;
  options.port = parts_.config.peer_port;
  KOINON_ASSIGN(options.engine, engine_options(parts_.config, store));
  options.engine.node_key = parts_.identity.node_key;
  if (parts_.mark != nullptr) options.engine.standing.mark = parts_.mark->says();
  // The instance token of the folder is found to be of another store.
  if (!options.engine.standing.restored && parts_.identity.restored) {
    options.engine.standing.restored = true;
    options.engine.standing.rolled_back_at = {};
  }
  options.engine.agent = "koinon/" + std::string(kVersion);
  options.engine.epochs = own_epochs(keys.node);
  if (keys.city) {
    options.city = keys.city->signing;
    options.engine.signing_key = keys.city->signing.public_key();
    options.engine.recovered = recovered_log(parts_.identity.keys, keys.city->signing);
    if (parts_.identity.keys.recoveries() > 0) options.statements = parts_.identity.keys.notes();
  }
  KOINON_TRY(make_cosigner(store, options.engine));
  Network::Callbacks callbacks;
  callbacks.carry_out = [this](Intent intent) { intents_->carry_out(std::move(intent)); };
  callbacks.on_event = [this](const Event& event) {
    if (event.kind == Event::Kind::kStatementsKept) return joiners_->on_statements_kept(event.log);
    events_->on_event(event);
  };
  callbacks.on_join = [this](InviteRecord invite, v1::Join join) {
    return joiners_->join(std::move(invite), std::move(join));
  };
  callbacks.on_recovery_ask = [this](PublicKey key, RecoveryQuestion question) {
    return recovery_asks_->answer(key, std::move(question));
  };
  callbacks.on_knock = [this](const Knock& knock) {
    parts_.log.warning(log_event::kKnock,
                       "a node that is not pinned here knocks; koinon peers says what to do",
                       {{"node_key", to_text(knock.key)}, {"address", knock.address}});
  };
  callbacks.on_awaited_key = [this](const LogId& log, const NodeKey& shown) {
    events_->on_awaited_key(log, shown);
  };
  callbacks.on_pinned = [this](const LogId& log) { events_->on_pinned(log); };
  callbacks.take_resume = [this] {
    note_resume();
    return signing_.take_asked();
  };
  callbacks.on_claims = [this](const std::vector<NameClaim>& claims) {
    nearness_.apply(claims);
    parts_.on_shown();
  };
  network_ = std::make_unique<Network>(std::move(options), keys.node, state, parts_.clock.clock(),
                                       std::move(callbacks));
  questions_ = std::make_unique<AskedNetwork>(*network_);
  return {};
}

StoreWriter::Callbacks EngineThreads::writer_callbacks() {
  StoreWriter::Callbacks written;
  written.on_completions = [this](std::vector<Completion> done) { network_->complete(std::move(done)); };
  written.on_own_head = [this](LogState log, std::vector<VouchFact> vouches,
                               std::vector<WithdrawalFact> withdrawals) {
    events_->on_own_vouches(vouches);
    network_->own_head(std::move(log), std::move(vouches), std::move(withdrawals));
    parts_.on_own_head();
  };
  written.on_committed = parts_.on_shown;
  written.on_arrivals = parts_.on_arrivals;
  written.signing_waits = [this] { return signing_waits(); };
  if (parts_.folder.source().is_on_server()) written.on_store_lost = parts_.on_store_lost;
  if (SigningMark* mark = parts_.mark; mark != nullptr) {
    written.mark_before = [mark](Store& writes) { return mark->before_commit(writes); };
    written.mark_after = [this, mark, failed = false](Store& writes) mutable {
      if (cosigner_) cosigner_->set_named(named_cosigner(writes, *parts_.identity.log_id()));
      Status marked = mark->after_commit(writes);
      if (!marked.ok() && !failed)
        parts_.log.error(log_event::kMarkNotKept, "the mark is not kept",
                         {{"reason", marked.error().text()}});
      failed = !marked.ok();
      return marked;
    };
  }
  return written;
}

Status EngineThreads::start(std::unique_ptr<Store> store, const StoreState& state) {
  const NodeIdentity& identity = parts_.identity;
  const std::function<UnixMillis()>& wall = parts_.clock.clock().wall;
  KOINON_ASSIGN(auto serving_store, parts_.folder.source().open_reader());
  Result<DraftSigner> signer = observer_refusal();
  if (identity.log) signer = signer_of(OwnLog(*identity.log, parts_.folder.keys().city->signing));
  writer_ = std::make_unique<StoreWriter>(std::move(store), std::move(signer), wall, writer_callbacks(),
                                          parts_.config.disk_reserve_bytes);
  if (identity.refusal) writer_->stop_signing(*identity.refusal);
  intents_ = std::make_unique<IntentRunner>(
      std::move(serving_store), *writer_,
      [this](std::vector<Completion> done) { network_->complete(std::move(done)); });
  events_ = std::make_unique<EngineEvents>(
      EngineEvents::Parts{
          parts_.log, *network_, *writer_, identity, wall, signing_,
          [this, token = state.instance_token](Store& writes) { return on_signs(writes, token); },
          [this](Store&) { return parts_.mark == nullptr ? Status() : parts_.mark->ask_anew(); },
          parts_.on_standing, parts_.on_signing, parts_.keys},
      state);
  joiners_ = std::make_unique<Joiners>(Joiners::Parts{parts_.log, *network_, *writer_, identity, wall});
  recovery_asks_ = std::make_unique<RecoveryAsks>(*intents_);
  // Whoever asks once the node serves, knows.
  events_->begin();
  return network_->start();
}

// Whichever thread looks first stops signing, before any other thread may look.
bool EngineThreads::note_resume() {
  const std::lock_guard lock(resume_mutex_);
  if (!resume_.has_resumed()) return false;
  signing_.ask_anew();
  parts_.log.warning(log_event::kResumed,
                     "this machine was stopped and goes on; its peers are asked before anything is signed");
  return true;
}

// The writer looks too: it may want to sign before the network's thread has looked.
std::optional<SigningWait> EngineThreads::signing_waits() {
  if (note_resume()) network_->take_resume_soon();
  if (auto clock = parts_.clock.watch().signing_waits()) return SigningWait{std::move(*clock)};
  return signing_.waits();
}

// What was restored is this node's own store from now on.
Status EngineThreads::on_signs(Store& store, const Bytes& token) {
  if (parts_.identity.restored)
    KOINON_TRY(write_private_file(parts_.folder.files().instance(), to_hex(token) + "\n"));
  return parts_.mark == nullptr ? Status() : parts_.mark->mark_now(store);
}

std::optional<NetworkStatus> EngineThreads::status() {
  const auto answer = std::make_shared<std::promise<NetworkStatus>>();
  auto future = answer->get_future();
  asio::post(network_->context(), [this, answer] { answer->set_value(network_->status()); });
  if (future.wait_for(kNetworkAnswers) != std::future_status::ready) return std::nullopt;
  return future.get();
}

void EngineThreads::stop() {
  if (network_) network_->stop();
  if (writer_) writer_->stop();
  if (recovery_asks_) recovery_asks_->stop();
  if (intents_) intents_->stop();
  // What it still holds of requests goes back to the reading threads' contexts, which are there still.
  network_.reset();
}

}  // namespace koinon
