#include "tools/sim/sim_node.h"

#include <algorithm>

#include "crypto/hash.h"
#include "node/publishing/vouching.h"
#include "node/replication/execute.h"
#include "node/replication/stored_standing.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/store/epoch_start.h"
#include "storage/store/settings.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

// As own_epochs, with the randomness of the simulation, which outlives it.
OwnEpochs epochs_of(const SigningKey& node, Chance& chance) {
  const EpochKey key(node);
  return {[key](const Epoch& epoch) { return is_authentic(key, epoch); },
          [key, &chance](std::uint32_t counter) {
            return make_epoch(key, counter, chance.bytes(kEpochRandomBytes));
          }};
}

}  // namespace

SigningKey NodeSetup::key(const char* role) const {
  return SigningKey::from_seed(sha256({name, std::to_string(seed), role}).view());
}

SignatureMemory::SignatureMemory() {
  checks_.open = [this](BytesView note, const KeyHistory& keys) {
    Bytes key = keys.identity().log_id().bytes() + Bytes(note);
    if (!keys.changes().empty()) key += keys.changes().back().statement.digest().bytes();
    const auto known = notes_.find(key);
    return known != notes_.end() ? known->second : notes_.emplace(key, keys.open_head(note)).first->second;
  };
  checks_.genesis = [this](BytesView leaf, const LogIdentity& identity) {
    const Bytes key = identity.log_id().bytes() + Bytes(leaf);
    const auto known = geneses_.find(key);
    return known != geneses_.end() ? known->second
                                   : geneses_.emplace(key, check_genesis(leaf, identity)).first->second;
  };
  checks_.cosignature = [this](const SignedNote& note, const VKey& cosigner) {
    const Bytes key = cosigner.text() + "\n" + note.encode();
    const auto known = cosignatures_.find(key);
    return known != cosignatures_.end()
               ? known->second
               : cosignatures_.emplace(key, verify_cosignature(note, cosigner)).first->second;
  };
}

SimNode::SimNode(Surroundings around, NodeSetup setup, std::unique_ptr<Disk> disk)
    : around_(around),
      setup_(std::move(setup)),
      clock_(around_.schedule, setup_.skew, setup_.drift),
      disk_(std::move(disk)),
      chance_(setup_.seed),
      node_(setup_.key("node")),
      signing_(setup_.key("signing")),
      node_key_(NodeKey::from(node_.public_key().view())),
      own_({setup_.name, signing_.public_key(), setup_.key("recovery").public_key()}, signing_,
           [this](std::size_t count) { return chance_.bytes(count); }),
      cosigner_(own_.id(), {setup_.key("cosigner"),
                            SealingSecret::from_seed(sha256(setup_.name).view()).public_key(), node_}),
      epochs_(epochs_of(node_, chance_)),
      filter_(setup_.engine.filter),
      applied_filter_(setup_.engine.filter) {
  index_ = around_.fabric.add(*this, setup_.place);
}

SimNode::~SimNode() = default;

// --- its life ---

void SimNode::start() {
  (void)open_store();
  const v1::Entry genesis =
      make_genesis(own_.identity(), setup_.key("cosigner"),
                   SealingSecret::from_seed(sha256(setup_.name).view()).public_key(), node_, wall());
  (void)store().begin(true);
  (void)store().set_own_log(own_.id());
  (void)store().commit();
  sign({{[genesis](StoreReader&) -> Result<Draft> {
           return Draft{genesis, std::nullopt, false};
         },
         [](const Result<Published>&) {}}});
  mark_says_ = mark_.start(store(), log());  // like `koinon init`: the first start signs at once
  load_engine();
}

// Each start is an epoch of its own.
Status SimNode::open_store() {
  KOINON_TRY(disk_.open());
  folded_at_ = {};  // a power loss may have taken back what was folded
  mark_says_ = mark_.start(store(), log());
  return begin_next_epoch(store(), [this](std::uint32_t counter) {
    const Epoch epoch = epochs_.make(counter);
    mark_.before_epoch(store(), log(), epoch);
    return epoch;
  });
}

void SimNode::load_engine(bool resumed) {
  clock_.switch_on();
  around_.observer.on_starting(*this, std::exchange(older_, false));
  auto state = store().load_state();
  state->lived = grace_clock();  // by this the store counts, and so does the engine
  add_own_log(identity(), *state);
  drop_old_recovery();
  EngineConfig config = setup_.engine;
  config.node_key = node_key_;
  config.agent = "koinon-sim";
  config.epochs = epochs_;
  config.filter = filter_;
  config.refilter = refilter_ || !filter_.same_topics(applied_filter_);
  refilter_ = false;
  config.standing.mark = mark_says_;
  config.recovered = recovered_;
  if (!read_standing(store(), config.standing).ok())
    around_.counters.add("stores that did not tell their standing");
  begin_cosigning(config);
  admitted_.clear();
  blocked_ = std::set<LogId>(state->blocked.begin(), state->blocked.end());
  vouching_.emplace(*state);
  engine_ = std::make_unique<Engine>(std::move(config), std::move(*state), now());
  dialler_.emplace([this](MonoTime low, MonoTime high) { return chance_.between(low, high); });
  for (const auto& [key, peer] : peers_) dialler_->add(key, !peer->dialling_only(), now().mono);
  looks_at_ = MonoTime::max();
  if (resumed) engine_->on_resumed(now());
  if (!may_sign()) mark_.ask_anew();
  arm_tick();
  watch_cosigner();
  after_input();
  look_for_dials();
}

void SimNode::stop(bool silent) {
  clock_.switch_off();
  engine_.reset();
  queue_ = {};
  writing_ = false;
  reads_.clear();
  reading_ = false;
  slow_ = false;
  sessions_.clear();
  around_.fabric.drop_node(index_, silent);
  set_full(false);
  office_.end_process();
  ends_while_signing_ = ends_while_cosigning_ = false;
}

void SimNode::crash(bool silent) {
  if (!up()) return;
  stop(silent);
  disk_.lose_power(chance_);
  mark_.clear();
}

void SimNode::restart() {
  if (up()) return;
  if (!open_store().ok() || (anew_ && !make_store_anew().ok())) {
    around_.counters.add("stores that did not open again");
    return;
  }
  load_engine();
  repeat_changes();
  around_.observer.on_restart(*this);
}

void SimNode::crash_soon() {
  if (up()) disk_.cut_soon(chance_);
}

// True if the power failed during a write. Then the node is down, and comes back by itself.
bool SimNode::power_went() {
  if (!disk_.is_cut()) return false;
  around_.counters.add("crashes while writing");
  crash(chance_.hit(0.5));
  around_.schedule.after(chance_.exponential(std::chrono::minutes(2)), [this] { restart(); });
  return true;
}

// --- inputs ---

void SimNode::on_bytes(SessionId session, BytesView bytes) {
  if (!up()) return;
  if (liar_) liar_->on_received(session, bytes);
  if (sessions_.contains(session)) around_.observer.on_received(*this, session, bytes.size());
  const auto instead = liar_ ? liar_->instead_of(session, bytes) : std::nullopt;
  engine_->on_bytes(now(), session, instead ? BytesView(*instead) : bytes);
  after_input();
}

void SimNode::on_sent(SessionId session, std::size_t bytes) {
  if (!up()) return;
  engine_->on_sent(now(), session, bytes);
  after_input();
}

void SimNode::on_closed(SessionId session) {
  if (!up()) return;
  const auto known = sessions_.extract(session);
  if (known.empty()) return;
  if (liar_) liar_->on_closed(session);
  engine_->on_closed(now(), session);
  session_ended(known.mapped());
  after_input();
}

bool SimNode::wants_bytes(SessionId session) const { return up() && engine_->wants_bytes(now(), session); }

// --- outputs ---

void SimNode::after_input() {
  if (draining_ || !up()) return;
  draining_ = true;
  while (up()) {
    auto outputs = engine_->take_outputs();
    if (outputs.empty()) break;
    for (Output& output : outputs) carry_out(std::move(output));
  }
  draining_ = false;
  if (up() && tick_.is_late(now().mono, engine_->next_tick())) arm_tick();
}

void SimNode::arm_tick() {
  const MonoTime wait = tick_.arm(now().mono, engine_->next_tick());
  later(wait, [this, life = life(), number = ++tick_number_] {
    if (number != tick_number_) return;
    engine_->on_tick(now());
    if (liar_) liar_->on_tick();
    after_input();
    if (life == this->life() && up() && number == tick_number_) arm_tick();
  });
}

void SimNode::carry_out(Output output) {
  if (auto* send = std::get_if<SendBytes>(&output)) {
    if (!sessions_.contains(send->session)) return;
    const std::size_t size = send->bytes.size();
    Bytes bytes = liar_ ? liar_->on_sending(send->session, std::move(send->bytes)) : std::move(send->bytes);
    around_.observer.on_frames(*this, send->session, bytes);
    if (bytes.empty()) {
      later(MonoTime(0), [this, id = send->session, size] { on_sent(id, size); });
    } else {
      around_.fabric.send(send->session, index_, std::move(bytes));
    }
  } else if (auto* close = std::get_if<CloseSession>(&output)) {
    const auto known = sessions_.extract(close->session);
    if (known.empty()) return;
    if (liar_) liar_->on_closed(close->session);
    around_.fabric.close(close->session, index_);
    session_ended(known.mapped());
  } else if (auto* intent = std::get_if<Intent>(&output)) {
    carry_out_intent(std::move(*intent));
  } else {
    on_event(std::get<Event>(output));
  }
}

void SimNode::complete(Completion completion, MonoTime delay) {
  later(delay, [this, completion = std::move(completion)] {
    engine_->on_completion(now(), completion);
    after_input();
  });
}

void SimNode::carry_out_intent(Intent intent) {
  switch (intent_class(intent.body)) {
    case IntentClass::kWrite:
      return write(std::move(intent));
    case IntentClass::kCheck: {
      const MonoTime takes = time_to_answer(intent.body);
      return complete({intent.id, execute_check(std::move(intent.body), around_.memory.checks())}, takes);
    }
    case IntentClass::kRead:
      if (setup_.slow_answers > 0) return read_in_turn(std::move(intent));
      return later(chance_.between(std::chrono::microseconds(50), std::chrono::milliseconds(2)),
                   [this, intent = std::move(intent)] {
                     engine_->on_completion(now(), {intent.id, execute_read(store(), intent.body)});
                     after_input();
                   });
  }
}

void SimNode::on_event(const Event& event) {
  if (event.kind == Event::Kind::kTrusted) admitted_[event.log] = around_.schedule.now();
  if (event.kind == Event::Kind::kDistrusted) admitted_.erase(event.log);
  if (event.kind == Event::Kind::kSessionReady) {
    if (const auto peer = peers_.find(event.peer); peer != peers_.end()) {
      dialler_->session_ready(event.peer);
      vouching_->note_proven(event.peer, peer->second->log());
    }
    consider_vouch(event.peer);
  }
  if (event.kind == Event::Kind::kLogAdvanced) {
    for (const NodeKey& key : vouching_->proven_of(event.log)) consider_vouch(key);
  }
  around_.observer.on_event(*this, event);
  if (event.kind == Event::Kind::kStanding) sign_what_waits();
}

std::optional<MonoTime> SimNode::admitted_since(const LogId& log) const {
  const auto it = admitted_.find(log);
  return it == admitted_.end() ? std::nullopt : std::optional(it->second);
}

// --- operator and office ---

void SimNode::pin(SimNode& other) {
  if (!peers_.emplace(other.node_key_, &other).second) return;
  if (!up()) return;
  store_pin(other);
  dialler_->add(other.node_key_, !other.dialling_only(), now().mono);
  look_for_dials();
  after_input();
}

// Like `peer remove`: removes the pin and the vouch.
void SimNode::unpin(SimNode& other) {
  if (peers_.erase(other.node_key_) == 0 || !up()) return;
  const NodeKey key = other.node_key_;
  dialler_->remove(key);
  change([key](Store& store) { return store.remove_peer(key); });
  vouching_->unpinned(key, other.log());
  if (vouching_->forget(other.log())) publish(vouch_withdrawal_maker(log(), other.log()));
  engine_->on_peer_removed(now(), key);
  after_input();
}

std::vector<SigningKey> SimNode::keys_of_origin() {
  std::vector<SigningKey> out;
  const auto held = store().log_state(log());
  if (!held.ok()) return out;
  const auto add = [&](const PublicKey& named) {
    if (signing_.public_key() == named) out.push_back(signing_);
    for (const SigningKey& key : later_keys_) {
      if (key.public_key() == named) out.push_back(key);
    }
  };
  add(identity().signing_key);
  for (const KeyHistory::Change& change : held->keys.changes()) {
    if (change.is_recovery) out.clear();
    add(change.statement.key.key);
  }
  return out;
}

void SimNode::publish(Draft draft) {
  if (draft.next_key) later_keys_.push_back(*draft.next_key);
  publish([draft = std::move(draft)](StoreReader&) -> Result<Draft> { return draft; });
}

void SimNode::publish(DraftMaker maker, std::function<void(const Result<Published>&)> done) {
  if (!up()) return;
  if (!may_sign()) return keep({std::move(maker), std::move(done)});
  write(DraftWrite{maker, [this, maker, done = std::move(done)](const Result<Published>& published) {
                     if (!published.ok() && !may_sign()) return keep({maker, done});
                     if (done) done(published);
                   }});
}

void SimNode::keep(DraftWrite draft) {
  around_.counters.add("drafts kept");
  office_.keep(std::move(draft), chance_.bytes(limits::kSaltBytes));
}

void SimNode::set_filter(BodyFilter filter) {
  if (!up()) return;
  // If the power fails before all logs follow the new filter, the store's bodies follow this one.
  applied_filter_ = filter_;
  filter_ = filter;
  engine_->set_filter(now(), std::move(filter));
  after_input();
}

void SimNode::block(const LogId& log, bool blocked) {
  if (!up()) return;
  change([=](Store& store) { return store.set_blocked(log, blocked); });
  if (blocked) {
    blocked_.insert(log);
  } else {
    blocked_.erase(log);
  }
  engine_->on_blocked(now(), log, blocked);
  after_input();
}

void SimNode::put_file(std::shared_ptr<const CutAttachment> file) {
  if (!up()) return;
  change([file = std::move(file), at = wall()](Store& store) { return store.put_attachment(*file, at); });
}

void SimNode::want_file(const AttachmentWant& want) {
  if (!up()) return;
  engine_->want_file(now(), want);
  after_input();
}

// Vouches once for a peer whose session has proven its key, like the daemon. If that fails, it is tried again
// when the peer's log advances.
void SimNode::consider_vouch(const NodeKey& key) {
  const auto peer = peers_.find(key);
  if (peer == peers_.end()) return;
  const LogId log = peer->second->log();
  PeerRecord record;
  record.node_key = key;
  record.log = log;
  record.name = peer->second->name();
  record.vouch = true;
  if (!vouching_->begin(record)) return;
  publish(vouch_maker(record, wall()), [this, log](const Result<Published>& published) {
    if (!published.ok()) later(MonoTime(0), [this, log] { vouching_->forget(log); });
  });
}

// --- lies ---

void SimNode::set_liar(std::unique_ptr<Liar> liar) { liar_ = std::move(liar); }
void SimNode::inject(SessionId session, Bytes bytes) {
  if (sessions_.contains(session)) around_.observer.on_frames(*this, session, bytes);
  around_.fabric.send(session, index_, std::move(bytes));
}

void SimNode::hang_up(SessionId session) {
  around_.fabric.close(session, index_);
  on_closed(session);
}

}  // namespace koinon::sim
