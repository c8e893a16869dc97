#include "node/daemon/daemon.h"

#include <future>

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/key_file.h"
#include "node/api/change_request.h"
#include "node/api/record_json.h"
#include "node/daemon/part_options.h"
#include "node/publishing/gate.h"
#include "node/publishing/own_log.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kNetworkAnswers{2};

}  // namespace

Daemon::Daemon(Config config)
    : config_(std::move(config)),
      log_(config_.log_level, config_.log_format),
      folder_(config_.data),
      slow_(1) {}

Daemon::~Daemon() { stop(); }

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config) {
  std::unique_ptr<Daemon> daemon(new Daemon(config));
  KOINON_TRY(init_crypto());
  KOINON_TRY(daemon->prepare());
  daemon->log_.info("serving", {{"city", daemon->identity_.name},
                                {"peer_port", std::to_string(daemon->peer_port())},
                                {"http_port", std::to_string(daemon->http_port())}});
  return daemon;
}

Status Daemon::prepare() {
  KOINON_TRY(folder_.check_node());
  KOINON_ASSIGN(FolderLock lock, FolderLock::take(folder_));
  lock_.emplace(std::move(lock));
  KOINON_ASSIGN(const std::string passphrase, read_passphrase(config_.passphrase_file));
  KOINON_ASSIGN(NodeKeys keys, read_keys(folder_, passphrase));
  keys_.emplace(std::move(keys));
  KOINON_ASSIGN(auto store, open_sqlite_store(folder_.store(), store_options(config_)));
  KOINON_ASSIGN(const StoreState state, store->load_state());
  KOINON_ASSIGN(NodeClock clock, start_clock(config_.clock_offset_seconds, *store, state, log_));
  clock_ = std::move(clock.clock);  // from here on everything goes by the steady clock
  clock_watch_ = std::move(clock.watch);
  KOINON_ASSIGN(identity_, read_identity(*store, state, *keys_, folder_, log_));
  KOINON_TRY(make_network(*store, state));
  make_http();
  KOINON_TRY(start_index(state));
  KOINON_TRY(start_writer(std::move(store), state));
  KOINON_TRY(network_->start());
  KOINON_TRY(start_courier());
  KOINON_TRY(start_hold_queue());
  KOINON_TRY(start_alarms());
  KOINON_TRY(start_http());
  return write_ready_file();
}

Status Daemon::make_network(StoreReader& store, const StoreState& state) {
  Network::Options options;
  options.listen = config_.peer_listen;
  options.port = config_.peer_port;
  KOINON_ASSIGN(options.engine, engine_options(config_, store));
  options.engine.node_key = identity_.node_key;
  options.engine.agent = "koinon/" + std::string(kVersion);
  if (keys_->city) options.city = keys_->city->signing;
  Network::Callbacks callbacks;
  callbacks.carry_out = [this](Intent intent) { intents_->carry_out(std::move(intent)); };
  callbacks.on_event = [this](const Event& event) { events_->on_event(event); };
  callbacks.on_join = [this](InviteRecord invite, std::string line) {
    return joiners_->join(std::move(invite), std::move(line));
  };
  callbacks.on_knock = [this](const Knock& knock) {
    log_.warning("a node that is not pinned here knocks; koinon peers says what to do",
                 {{"node_key", to_text(knock.key)}, {"address", knock.address}});
  };
  callbacks.on_claims = [this](const std::vector<NameClaim>& claims) { nearness_.apply(claims); };
  network_ = std::make_unique<Network>(std::move(options), keys_->node, state, clock_, std::move(callbacks));
  return {};
}

void Daemon::make_http() {
  HttpServer::Options http;
  http.listen = config_.http_listen;
  http.port = config_.http_port;
  http.socket = folder_.socket();
  http.clock = clock_.wall;
  http_ = std::make_unique<HttpServer>(std::move(http));
}

Status Daemon::start_index(const StoreState& state) {
  KOINON_ASSIGN(auto writer, open_index_writer(folder_.index(), state.journal));
  KOINON_ASSIGN(auto store, open_sqlite_reader(folder_.store()));
  KOINON_ASSIGN(ahead_, open_index_reader(folder_.index(), columns_));
  index_ = std::make_unique<IndexWorker>(
      std::move(writer), std::move(store), clock_.wall,
      [this] {
        (void)ahead_->load();  // what goes wrong with it is said to those who search
        http_->notify();
        if (Courier* courier = courier_running_.load(); courier != nullptr) courier->notify();
      },
      [this](const Error& error) {
        log_.error("the index lags", {{"reason", error.text()}});
      },
      [this] { return has_room(); });
  return {};
}

// The writer, and what has its work done by it.
Status Daemon::start_writer(std::unique_ptr<Store> store, const StoreState& state) {
  KOINON_ASSIGN(auto serving_store, open_sqlite_reader(folder_.store()));
  StoreWriter::Callbacks written;
  written.on_completions = [this](std::vector<Completion> done) { network_->complete(std::move(done)); };
  written.on_own_head = [this](LogState log, std::vector<VouchFact> vouches) {
    events_->on_own_vouches(vouches);
    network_->own_head(std::move(log), std::move(vouches));
  };
  written.on_arrivals = [this] { index_->notify(); };
  written.signing_waits = [this] { return clock_watch_->signing_waits(); };
  Result<DraftSigner> signer = observer_refusal();
  if (identity_.log) signer = signer_of(OwnLog(*identity_.log, keys_->city->signing));
  writer_ = std::make_unique<StoreWriter>(std::move(store), std::move(signer), clock_.wall,
                                          std::move(written), config_.disk_reserve_bytes);
  if (identity_.refusal) writer_->stop_signing(*identity_.refusal);
  intents_ = std::make_unique<IntentRunner>(
      std::move(serving_store), *writer_,
      [this](std::vector<Completion> done) { network_->complete(std::move(done)); });
  events_ = std::make_unique<EngineEvents>(
      EngineEvents::Parts{log_, *network_, *writer_, identity_, clock_.wall}, state);
  joiners_ = std::make_unique<Joiners>(Joiners::Parts{log_, *network_, *writer_, identity_, clock_.wall});
  return {};
}

// Any thread. Whether the index and what is to be sent may grow: others are why they do, too. What was taken
// of others while there was room for it is indexed with the upper half of what is kept; the lower half is for
// our own log, accounts and drafts.
bool Daemon::has_room() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_.path(), unknown);
  return unknown || space.available >= config_.disk_reserve_bytes / 2;
}

Status Daemon::start_courier() {
  Courier::Parts parts;
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  parts.office = std::make_unique<OfficeDb>(std::move(office));
  KOINON_ASSIGN(parts.store, open_sqlite_reader(folder_.store()));
  KOINON_ASSIGN(parts.index, open_index_reader(folder_.index()));
  KOINON_ASSIGN(parts.transfers, Transfers::make());
  parts.nearness = &nearness_;
  parts.clock = clock_;
  parts.on_error = [this](const Error& error) {
    log_.error("webhooks and mail wait", {{"reason", error.text()}});
  };
  parts.has_room = [this] { return has_room(); };
  parts.told = told_json;
  KOINON_ASSIGN(CourierOptions options, courier_options(config_, identity_));
  courier_ = std::make_unique<Courier>(std::move(options), std::move(parts));
  courier_running_ = courier_.get();
  return {};
}

void Daemon::log_change(const AuditLine& line) {
  log_.info("changed",
            {{"who", line.who}, {"action", line.action}, {"target", line.target}, {"outcome", line.outcome}});
}

Status Daemon::start_hold_queue() {
  KOINON_ASSIGN(messages_, Messages::builtin());
  commons_ = std::make_unique<Commons>(clock_.mono);
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  KOINON_ASSIGN(auto store, open_sqlite_reader(folder_.store()));
  KOINON_ASSIGN(auto index, open_index_reader(folder_.index()));
  hold_queue_ = std::make_unique<HoldQueue>(HoldQueue::Parts{
      std::make_unique<OfficeDb>(std::move(office)), std::move(store), std::move(index), *writer_, nearness_,
      identity_.log_id(), gate_rules(config_), clock_, [this] { return clock_watch_->standing(); },
      commons_->refusals, [this](const AuditLine& line) { log_change(line); },
      [this](const RefusalSum& sum) {
        log_.info("refused to callers that are not known", {{"action", sum.operation},
                                                            {"status", std::to_string(sum.status)},
                                                            {"times", std::to_string(sum.count)},
                                                            {"last_from", sum.last_address}});
      },
      [this](const Error& error) {
        log_.error("what waits to be signed waits on", {{"reason", error.text()}});
      },
      stored_requests()});
  return {};
}

Status Daemon::start_alarms() {
  AlarmWatch::Parts parts;
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  parts.office = std::make_unique<OfficeDb>(std::move(office));
  KOINON_ASSIGN(parts.store, open_sqlite_reader(folder_.store(), limits::kReaderCacheKiB));
  KOINON_ASSIGN(parts.index, open_index_reader(folder_.index()));
  parts.nearness = &nearness_;
  parts.network = [this]() -> std::optional<NetworkStatus> {
    const auto answer = std::make_shared<std::promise<NetworkStatus>>();
    auto future = answer->get_future();
    asio::post(network_->context(), [this, answer] { answer->set_value(network_->status()); });
    if (future.wait_for(kNetworkAnswers) != std::future_status::ready) return std::nullopt;
    return future.get();
  };
  parts.signing_stopped = [this] { return writer_->signing_stopped(); };
  parts.store_trouble = [this] { return writer_->trouble(); };
  parts.others_wait = [this] { return writer_->others_wait(); };
  parts.index_trouble = [this] { return index_->trouble(); };
  parts.courier_trouble = [this] { return courier_->trouble(); };
  parts.clock_watch = clock_watch_.get();
  parts.on_begin = [this](const Alarm& alarm) {
    if (alarm.severity == Severity::kCritical) {
      log_.error("alarm: " + alarm.text, {{"id", alarm.id}, {"since", time_text(alarm.since)}});
    } else {
      log_.warning("alarm: " + alarm.text, {{"id", alarm.id}, {"since", time_text(alarm.since)}});
    }
  };
  parts.on_over = [this](const Alarm& alarm) {
    log_.warning("alarm over: " + alarm.text, {{"id", alarm.id}});
  };
  parts.on_signing = [this] { sign_what_waited(); };
  parts.folder = folder_.path().string();
  parts.own = identity_.log_id();
  parts.clock = clock_;
  parts.rules = alarm_rules(config_);
  alarms_ = std::make_unique<AlarmWatch>(std::move(parts));
  return {};
}

Result<std::unique_ptr<Site>> Daemon::make_site(const ApiOptions& options,
                                                const std::shared_ptr<SharedColumns>& columns,
                                                asio::io_context& io) {
  KOINON_ASSIGN(auto store, open_sqlite_reader(folder_.store(), limits::kReaderCacheKiB));
  KOINON_ASSIGN(auto index, open_index_reader(folder_.index(), columns));
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  NodeFacts facts{std::string(kVersion), identity_.name,          identity_.log,    identity_.node_key,
                  config_.address,       folder_.path().string(), network_->port(), options.access.port};
  return std::make_unique<Site>(
      ApiParts{std::move(facts),
               options,
               std::move(store),
               std::move(index),
               std::make_unique<OfficeDb>(std::move(office)),
               *writer_,
               *network_,
               clock_,
               io,
               *commons_,
               *messages_,
               nearness_,
               slow_,
               [this] { courier_->notify(); },
               [this] { hold_queue_->notify(); },
               [this](HeldId id, HoldQueue::Done done) { hold_queue_->sign_now(id, std::move(done)); },
               [this](const AuditLine& line) { log_change(line); },
               [this](std::function<void(Status)> done) { index_->reset(std::move(done)); },
               [this] { return alarms_->alarms(); },
               clock_questions(*clock_watch_, [this] { sign_what_waited(); })});
}

Status Daemon::start_http() {
  // First of all: links name the port, which the system may have chosen.
  KOINON_TRY(http_->bind());
  KOINON_ASSIGN(const ApiOptions options, api_options(config_, http_->port()));
  KOINON_ASSIGN(reading_,
                ReadingService::make([&](asio::io_context& io) { return make_site(options, columns_, io); },
                                     options.access, *commons_, clock_.mono));
  reading_->start();
  http_->start(*reading_);
  return {};
}

Status Daemon::write_ready_file() const {
  if (config_.ready_file.empty()) return {};
  boost::json::object ready;
  ready["pid"] = static_cast<std::int64_t>(::getpid());
  ready["peer_port"] = network_->port();
  ready["http_port"] = http_->port();
  return write_private_file(config_.ready_file, boost::json::serialize(ready) + "\n");
}

// Any thread. Our clock held signing up, and does not any more.
void Daemon::sign_what_waited() {
  hold_queue_->notify();
  events_->vouch_for_all();
}

void Daemon::stop() {
  if (std::exchange(stopped_, true)) return;
  if (http_) http_->stop();
  if (reading_) reading_->stop();
  slow_.join();
  if (alarms_) alarms_->stop();
  if (hold_queue_) hold_queue_->stop();
  courier_running_ = nullptr;
  if (index_) index_->stop();
  if (courier_) courier_->stop();
  if (network_) network_->stop();
  if (writer_) writer_->stop();
  if (intents_) intents_->stop();
  // The writer's connection closes last: only it can fold the write-ahead log back into the store.
  const bool served = reading_ != nullptr;
  // What they still hold of requests goes back to the reading threads' contexts, which therefore go after
  // them.
  network_.reset();
  index_.reset();
  reading_.reset();
  alarms_.reset();
  hold_queue_.reset();
  courier_.reset();
  intents_.reset();
  writer_.reset();
  if (served) log_.info("stopped");
}

}  // namespace koinon
