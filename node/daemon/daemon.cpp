#include "node/daemon/daemon.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "node/api/change_request.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/mark_opener.h"
#include "node/daemon/part_options.h"
#include "node/daemon/told_lines.h"
#include "node/daemon/version.h"
#include "node/publishing/gate.h"
#include "node/replication/stored_standing.h"
#include "node/replication/stored_trust.h"
#include "proto/base/clock.h"
#include "storage/office/after_rollback.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// So long a step of the start may take before the service manager takes it for failed.
constexpr std::chrono::minutes kQuickStep{10};

}  // namespace

Daemon::Daemon(Config config, DaemonOutside outside)
    : config_(std::move(config)), outside_(std::move(outside)), log_(config_.log_level, config_.log_format) {}

Daemon::~Daemon() { stop(); }

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config, ServiceManager& manager,
                                              const DaemonOutside& outside) {
  std::unique_ptr<Daemon> daemon(new Daemon(config, outside));
  KOINON_TRY(init_crypto());
  KOINON_TRY(daemon->prepare(manager));
  daemon->log_.info(log_event::kServing, "serving",
                    {{"city", daemon->identity_.name},
                     {"peer_port", daemon->peer_port()},
                     {"http_port", daemon->http_port()}});
  return daemon;
}

Status Daemon::prepare(ServiceManager& manager) {
  KOINON_ASSIGN(std::unique_ptr<Store> store, open_folder_and_store(manager));
  KOINON_TRY(take_statements(*store, folder_->files(), system_clock().wall()));
  KOINON_TRY(settle_named_keys(*store));
  KOINON_ASSIGN(StoreState state, store->load_state());
  KOINON_ASSIGN(clock_, NodeClock::start(config_.clock_offset_seconds, *store, state, log_));
  if (state.own_log) {
    const auto own = store->log_state(*state.own_log);
    if (own.ok()) KOINON_TRY(folder_->settle_next_key(own->keys));
  }
  KOINON_ASSIGN(identity_, read_node_identity(*store, state, folder_->keys(), folder_->files(), log_));
  if (identity_.log) {
    KOINON_ASSIGN(auto mark,
                  SigningMark::open(mark_opener({config_.signing_mark, config_.signing_mark_etcd},
                                                *identity_.log_id(), EpochKey(folder_->keys().node)),
                                    *identity_.log_id(), *store, &log_));
    mark_.emplace(std::move(mark));
  }
  if (identity_.log) add_own_log(*identity_.log, state);
  if (const auto& city = folder_->keys().city; city && identity_.log)
    keys_.own.emplace(OwnKeys::Keys{{city->cosigner, city->sealing.public_key(), folder_->keys().node},
                                    city->next_cosigner,
                                    folder_->keys().next_node});
  KOINON_TRY(begin_epoch(*store, state));
  // Readers of a server go by them.
  if (folder_->source().is_on_server())
    KOINON_TRY(keep_trust_rules(*store, {config_.trust_hops, config_.trust_paths, config_.trust_admits}));
  if (identity_.log) keep_identity_file(folder_->files(), identity_.keys, log_);
  witnesses_.of_ours = std::make_unique<Witnessing>();
  KOINON_ASSIGN(engine_,
                EngineThreads::make(
                    {config_, log_, *folder_, identity_, *clock_, mark_ ? &*mark_ : nullptr,
                     keys_.own ? &*keys_.own : nullptr, [this] { requests_->commons().shown.changed(); },
                     [this] { arrivals_->notify(); }, [this] { witnesses_.of_ours->notify(); },
                     [this](const StandingView& view) { on_standing(view); }, [this] { on_signing(); },
                     outside_.on_store_lost},
                    *store, state));
  KOINON_ASSIGN(const auto given, manager.http_sockets());
  KOINON_TRY(make_requests(given));
  make_witness();
  tell_start(manager, "Opens its search index", kQuickStep);
  KOINON_TRY(start_arrivals(state));
  KOINON_TRY(engine_->start(std::move(store), state));
  make_key_changes();
  if (const Status aside = set_aside(); !aside.ok())
    log_.error(log_event::kNotSetAside, "what came back with a copy is not set aside yet",
               {{"reason", aside.error().text()}});
  KOINON_TRY(arrivals_->start_courier(engine_->nearness()));
  KOINON_TRY(
      witnesses_.of_ours->start({config_, log_, *folder_, identity_, clock_->clock(), engine_->writer()}));
  KOINON_TRY(start_hold_queue());
  KOINON_TRY(start_alarms());
  if (witnesses_.for_others) witnesses_.for_others->start();
  KOINON_TRY(start_requests());
  return write_ready_file();
}

void Daemon::make_key_changes() {
  const KeyChangeParts parts{folder_->files(),
                             config_.passphrase_file,
                             identity_.log_id().value_or(LogId()),
                             engine_->writer(),
                             keys_.guard,
                             log_};
  keys_.signing = std::make_unique<SigningKeyChange>(parts, engine_->network());
  keys_.words = std::make_unique<RecoveryWordsChange>(parts);
  if (!keys_.own) return;
  keys_.named = std::make_unique<NamedKeyChanges>(parts, *keys_.own);
  keys_.renewal = std::make_unique<CosignerRenewal>(CosignerRenewal::Parts{
      engine_->writer(), *keys_.named, log_, clock_->clock().mono,
      [this](std::function<void()> work) { asio::post(requests_->passwords(), std::move(work)); },
      [this] { engine_->may_cosign_again(); }});
}

// Any thread.
void Daemon::renew_cosigner() {
  if (keys_.renewal) keys_.renewal->consider();
}

Status Daemon::make_requests(const std::vector<GivenSocket>& given) {
  KOINON_ASSIGN(requests_, make_request_threads(config_, folder_->files(), clock_->clock(), log_, given));
  return {};
}

Status Daemon::start_arrivals(const StoreState& state) {
  arrivals_ = std::make_unique<ArrivalThreads>(
      ArrivalThreads::Parts{config_, log_, *folder_, identity_, clock_->clock(), [this] {
                              requests_->commons().shown.changed();
                              requests_->notify();
                            }});
  return arrivals_->start_index(state.epochs);
}

Status Daemon::start_hold_queue() {
  KOINON_ASSIGN(Databases own, folder_->open_databases());
  auto queue = std::make_unique<HoldQueue>(HoldQueue::Parts{
      std::move(own.office), std::move(own.store), std::move(own.index), engine_->writer(),
      engine_->nearness(), identity_.log_id(), gate_rules(config_), clock_->clock(),
      [this] { return clock_->watch().standing(); }, requests_->commons().refusals,
      [this](const AuditLine& line) { tell_change(log_, line); },
      [this](const RefusalSum& sum) {
        log_.info(log_event::kRefused, "refused, and only counted",
                  {{"action", sum.operation},
                   {"status", sum.status},
                   {"times", sum.count},
                   {"last_from", sum.last_address}});
      },
      [this](const Error& error) {
        log_.error(log_event::kHeldWaits, "what waits to be signed waits on", {{"reason", error.text()}});
      },
      stored_requests()});
  {
    const std::lock_guard lock(held_.mutex);
    held_.queue = std::move(queue);
  }
  on_standing(engine_->signing().now().view);
  on_signing();
  return {};
}

Status Daemon::start_alarms() {
  KOINON_ASSIGN(Databases own, folder_->open_databases());
  AlarmWatch::Parts parts;
  parts.office = std::move(own.office);
  parts.store = std::move(own.store);
  parts.index = std::move(own.index);
  parts.nearness = &engine_->nearness();
  parts.network = [this] { return engine_->status(); };
  parts.signing_stopped = [this] { return engine_->writer().signing_stopped(); };
  parts.store_trouble = [this] { return engine_->writer().trouble(); };
  parts.others_wait = [this] { return engine_->writer().others_wait(); };
  parts.index_trouble = [this] { return arrivals_->index_trouble(); };
  parts.courier_trouble = [this] { return arrivals_->courier_trouble(); };
  parts.clock_watch = &clock_->watch();
  parts.standing = [this] { return engine_->signing().now(); };
  if (mark_) parts.mark_lost = [this] { return mark_->is_lost(); };
  parts.signing_waits = [this] { return engine_->writer().signing_waits().has_value(); };
  parts.on_cosigner_lost = [this] { renew_cosigner(); };
  parts.on_begin = [this](const Alarm& alarm) { tell_alarm(log_, alarm); };
  parts.on_over = [this](const Alarm& alarm) { tell_alarm_over(log_, alarm); };
  parts.on_look = [this](const AlarmInput& seen) { requests_->commons().measures.take(seen); };
  parts.on_signing = [this] { sign_what_waited(); };
  parts.folder = folder_->files().path().string();
  parts.own = identity_.log_id();
  parts.clock = clock_->clock();
  parts.rules = alarm_rules(config_);
  alarms_ = std::make_unique<AlarmWatch>(std::move(parts));
  return {};
}

Result<std::unique_ptr<Site>> Daemon::make_site(const ApiOptions& options, asio::io_context& io) {
  KOINON_ASSIGN(Databases own, folder_->open_databases(arrivals_->columns()));
  NodeFacts facts{std::string(kVersion),
                  identity_.name,
                  identity_.log,
                  identity_.keys,
                  identity_.node_key,
                  config_.address,
                  folder_->files().path().string(),
                  peer_port(),
                  options.access.port,
                  folder_->source().place(),
                  folder_->source().is_on_server(),
                  outside_.started_over};
  return std::make_unique<Site>(
      ApiParts{std::move(facts),
               options,
               std::move(own.store),
               std::move(own.index),
               std::move(own.office),
               engine_->writer(),
               engine_->questions(),
               clock_->clock(),
               io,
               requests_->commons(),
               requests_->messages(),
               engine_->nearness(),
               requests_->passwords(),
               [this] { arrivals_->wake_courier(); },
               [this] { held_.queue->notify(); },
               [this](HeldId id, HoldQueue::Done done) { held_.queue->sign_now(id, std::move(done)); },
               [this](const std::string& to, const MailTrial::Done& done) { arrivals_->try_mail(to, done); },
               key_changing(),
               [this](const AuditLine& line) { tell_change(log_, line); },
               [this](std::function<void(Status)> done) { arrivals_->reset_index(std::move(done)); },
               [this] { return alarms_->alarms(); },
               clock_->questions([this] { sign_what_waited(); }),
               engine_->signing(),
               [this] { return witnesses_.of_ours->standings(); },
               [this] {
                 return witnesses_.for_others ? std::optional(witnesses_.for_others->view()) : std::nullopt;
               }});
}

void Daemon::make_witness() {
  witnesses_.for_others =
      WitnessKeeper::make({config_, log_, folder_->files(), identity_.name, !identity_.log, clock_->clock(),
                           [this](std::optional<UnixMillis> made_at) { return may_witness(made_at); }});
}

// A folder that was put back from a copy has an older state of the witness with the same key.
Status Daemon::may_witness(std::optional<UnixMillis> made_at) const {
  const UnixMillis rolled_back = engine_->signing().now().view.rolled_back_at;
  if (made_at && rolled_back.value > 0 && rolled_back >= *made_at)
    return fail(Code::kRefused,
                "this folder was put back from a copy, and what the witness has cosigned since is forgotten; "
                "begin anew under another key, with koinond stopped: koinon witness --new");
  if (const auto stopped = engine_->writer().signing_stopped()) return *stopped;
  if (const auto waits = engine_->writer().signing_waits()) return waits->why;
  return {};
}

// A sealed key takes a tenth of a second.
KeyChanging Daemon::key_changing() {
  KeyChanging out;
  out.change = [this](const SigningPermit& permit, std::function<void(Result<KeyChanged>)> done) {
    asio::post(requests_->passwords(), [this, permit, done = std::move(done)]() mutable {
      keys_.signing->change(permit, std::move(done));
    });
  };
  out.change_named = [this](const SigningPermit& permit, const NamedKeyWish& wish,
                            std::function<void(Result<NamedKeyChanged>)> done) {
    if (!keys_.named) return done(observer_refusal());
    asio::post(requests_->passwords(), [this, permit, wish, done = std::move(done)]() mutable {
      keys_.named->change(permit, wish, std::move(done));
    });
  };
  out.prepare_words = [this](const SigningPermit&, std::function<void(Result<WordsWanted>)> done) {
    keys_.words->prepare(std::move(done));
  };
  out.change_words = [this](const SigningPermit&, const Bytes& note,
                            std::function<void(Result<KeyHistory>)> done) {
    keys_.words->change(note, std::move(done));
  };
  return out;
}

Status Daemon::start_requests() {
  // First of all: links name the port, which the system may have chosen.
  KOINON_TRY(requests_->bind());
  KOINON_ASSIGN(const ApiOptions options, api_options(config_, requests_->port()));
  KOINON_TRY(requests_->start(options.access,
                              [this, options](asio::io_context& io) { return make_site(options, io); }));
  phase_ = Phase::kServes;
  return {};
}

Status Daemon::write_ready_file() const {
  ReadyPorts ports{peer_port(), http_port(), std::nullopt};
  if (witnesses_.for_others) ports.witness = witnesses_.for_others->view().port;
  return koinon::write_ready_file(config_.ready_file, ports);
}

void Daemon::reload(const Config& config) {
  log_.set_level(config.log_level);
  alarms_->set_rules(alarm_rules(config));
  requests_->commons().story.set(config.story);
  requests_->commons().shown.changed();
  clock_->set_offset(config.clock_offset_seconds);
}

// Before the hold queue is there, its start looks by itself.
void Daemon::on_standing(const StandingView& view) {
  const std::lock_guard lock(held_.mutex);
  if (held_.queue && view.rolled_back_at.value > 0)
    held_.queue->set_aside_after_rollback(view.rolled_back_at);
}

void Daemon::on_signing() {
  if (witnesses_.for_others) witnesses_.for_others->on_signing();
  const std::lock_guard lock(held_.mutex);
  if (held_.queue) sign_what_waited();
}

// What came back with a copy waits for a person, before anything of it is sent.
Status Daemon::set_aside() {
  const UnixMillis at = engine_->signing().now().view.rolled_back_at;
  KOINON_ASSIGN(Databases own, folder_->open_databases());
  if (at.value > 0) {
    KOINON_ASSIGN(const ArrivalSeq newest, own.index->position());
    const auto done = set_aside_after(*own.office, at, newest);
    if (!done.ok()) return done.error();
  }
  return note_in_use(*own.office);
}

// Any thread. What held signing up is over.
void Daemon::sign_what_waited() {
  held_.queue->notify();
  engine_->vouch_for_all();
  renew_cosigner();
}

void Daemon::stop() {
  const Phase was = std::exchange(phase_, Phase::kStopped);
  if (was == Phase::kStopped) return;
  if (requests_) requests_->stop();
  if (witnesses_.for_others) witnesses_.for_others->stop();
  if (alarms_) alarms_->stop();
  if (held_.queue) held_.queue->stop();
  if (arrivals_) arrivals_->stop();
  if (witnesses_.of_ours) witnesses_.of_ours->stop();
  if (engine_) engine_->stop();
  alarms_.reset();
  held_.queue.reset();
  arrivals_.reset();
  requests_.reset();
  witnesses_.of_ours.reset();
  engine_.reset();
  witnesses_.for_others.reset();
  if (was == Phase::kServes) log_.info(log_event::kStopped, "stopped");
}

}  // namespace koinon
