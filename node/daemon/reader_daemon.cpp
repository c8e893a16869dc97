#include "node/daemon/reader_daemon.h"

#include <utility>

#include "node/daemon/part_options.h"
#include "node/daemon/told_lines.h"
#include "node/daemon/version.h"
#include "proto/base/limits.h"
#include "storage/office/late_office.h"
#include "storage/store/settings.h"

namespace koinon {
namespace asio = boost::asio;

ReaderDaemon::ReaderDaemon(Config config)
    : config_(std::move(config)),
      log_(config_.log_level, config_.log_format),
      clock_(system_clock()),
      writer_(for_the_writer(config_.reader_writer_url)) {}

ReaderDaemon::~ReaderDaemon() { stop(); }

Result<std::unique_ptr<ReaderDaemon>> ReaderDaemon::start(const Config& config, ServiceManager& manager) {
  std::unique_ptr<ReaderDaemon> reader(new ReaderDaemon(config));
  KOINON_TRY(init_crypto());
  KOINON_TRY(reader->prepare(manager));
  reader->log_.info(log_event::kServing, "serving, and only reads",
                    {{"city", reader->writer_of_.name},
                     {"store", reader->servers_.store->place()},
                     {"http_port", reader->requests_->port()}});
  return reader;
}

Status ReaderDaemon::prepare(ServiceManager& manager) {
  KOINON_ASSIGN(folder_, ReaderFolder::open(config_.data));
  KOINON_ASSIGN(servers_.store, StoreSource::of(folder_->files(), config_.store_url, true));
  const std::string& office = config_.office_url.empty() ? config_.store_url : config_.office_url;
  KOINON_ASSIGN(servers_.office, StoreSource::of(folder_->files(), office, true));
  KOINON_ASSIGN(const StoreState state, servers_.store->read_state());
  KOINON_ASSIGN(const auto given, manager.http_sockets());
  KOINON_ASSIGN(requests_, make_request_threads(config_, folder_->files(), clock_, log_, given));
  KOINON_TRY(start_watch(state));
  KOINON_TRY(start_index(state));
  KOINON_TRY(start_alarms());
  KOINON_TRY(start_requests());
  return write_ready_file(config_.ready_file, {0, requests_->port(), std::nullopt});
}

Result<ReaderDaemon::Writer> ReaderDaemon::read_writer(StoreReader& store) {
  Writer out;
  KOINON_ASSIGN(const auto own, store.own_log());
  if (!own) {
    KOINON_ASSIGN(const auto observer, store.setting(kObserverName));
    if (!observer) return fail(Code::kUnavailable, "no node has written to this store yet", "store.url");
    out.name = *observer;
    return out;
  }
  const auto log = store.log_state(*own);
  // It comes from its peers, where the store was made anew from its keys.
  if (!log.ok() && log.error().code == Code::kNotFound)
    return fail(Code::kUnavailable, "the log of this store's node is not here yet", "store.url");
  if (!log.ok()) return log.error();
  out.log = log->identity();
  out.keys = log->keys;
  out.name = log->identity().name;
  KOINON_ASSIGN(const LogKeys keys, store.log_keys(*own));
  out.node_key = keys.node;
  return out;
}

Status ReaderDaemon::start_watch(const StoreState& state) {
  KOINON_ASSIGN(std::shared_ptr<StoreReader> store, servers_.store->open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(writer_of_, read_writer(*store));
  ServerWatch::Parts parts{log_,
                           clock_,
                           std::chrono::seconds(config_.reader_max_lag_seconds),
                           nearness_,
                           [store] { return look_at_server(*store); },
                           [store] { return read_trust_rules(*store); },
                           [this] { return servers_.store->read_state(); },
                           [this] { index_->notify(); }};
  KOINON_ASSIGN(watch_, ServerWatch::make(std::move(parts), state));
  network_ = std::make_unique<ReaderNetwork>([this] { return watch_->trust(); }, clock_.wall);
  return {};
}

// Before the server's watch runs, which tells it what is new.
Status ReaderDaemon::start_index(const StoreState& state) {
  index_ = std::make_unique<IndexThread>(IndexThread::Parts{
      log_, folder_->files(), [this] { return servers_.store->open_reader(limits::kReaderCacheKiB); },
      clock_.wall, config_.disk_reserve_bytes,
      [this] {
        requests_->commons().shown.changed();
        requests_->notify();
      }});
  KOINON_TRY(index_->start(state.epochs));
  watch_->start();
  return {};
}

std::optional<std::chrono::seconds> ReaderDaemon::too_far_behind() const {
  const ReaderLag lag = watch_->lag();
  if (!lag.is_late) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(lag.behind);
}

Status ReaderDaemon::start_alarms() {
  AlarmWatch::Parts parts;
  KOINON_ASSIGN(parts.store, servers_.store->open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(parts.index, open_index_reader(folder_->files().index()));
  parts.index_trouble = [this] { return index_->trouble(); };
  parts.behind = [this] { return too_far_behind(); };
  parts.signing_waits = [] { return true; };  // it never ends
  parts.on_begin = [this](const Alarm& alarm) { tell_alarm(log_, alarm); };
  parts.on_over = [this](const Alarm& alarm) { tell_alarm_over(log_, alarm); };
  parts.folder = folder_->files().path().string();
  parts.clock = clock_;
  parts.rules = alarm_rules(config_);
  alarms_ = std::make_unique<AlarmWatch>(std::move(parts));
  return {};
}

Status ReaderDaemon::start_requests() {
  KOINON_TRY(requests_->bind());
  KOINON_ASSIGN(const ApiOptions options, api_options(config_, requests_->port()));
  KOINON_TRY(requests_->start(options.access,
                              [this, options](asio::io_context& io) { return make_site(options, io); }));
  phase_ = Phase::kServes;
  return {};
}

NodeFacts ReaderDaemon::facts(const ApiOptions& options) const {
  NodeFacts out;
  out.version = std::string(kVersion);
  out.name = writer_of_.name;
  out.identity = writer_of_.log;
  out.keys = writer_of_.keys;
  out.node_key = writer_of_.node_key;
  out.address = config_.address;
  out.folder = folder_->files().path().string();
  out.http_port = options.access.port;
  out.store = servers_.store->place();
  return out;
}

// How far it is behind is known at every moment: whether it is ready must not wait for the next look.
std::vector<Alarm> ReaderDaemon::alarms() const {
  AlarmInput now;
  now.now = clock_.wall();
  now.behind = too_far_behind();
  std::vector<Alarm> out = alarms_of(now);
  for (Alarm& alarm : alarms_->alarms()) {
    if (alarm.id != "behind") out.push_back(std::move(alarm));
  }
  return out;
}

ReaderFacts ReaderDaemon::reader_facts() const {
  return {config_.reader_writer_url, [this] { return watch_->lag(); }};
}

// What changes something, or is of peers and of work under way, is refused before it is called
// (reader_rule.h).
Result<std::unique_ptr<Site>> ReaderDaemon::make_site(const ApiOptions& options, asio::io_context& io) {
  KOINON_ASSIGN(auto store, servers_.store->open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(auto index, open_index_reader(folder_->files().index(), index_->columns()));
  const Error refusal = for_the_writer(config_.reader_writer_url);
  return std::make_unique<Site>(
      ApiParts{facts(options),
               options,
               std::move(store),
               std::move(index),
               std::make_unique<OfficeDb>(late_office([this] { return servers_.office->open_office(); })),
               writer_,
               *network_,
               clock_,
               io,
               requests_->commons(),
               requests_->messages(),
               nearness_,
               requests_->passwords(),
               [] {},
               [] {},
               [refusal](HeldId, const std::function<void(Result<EntryIndex>)>& done) { done(refusal); },
               [refusal](const std::string&, const MailTrial::Done& done) { done(refusal); },
               {},
               [this](const AuditLine& line) { tell_change(log_, line); },
               [refusal](const std::function<void(Status)>& done) { done(refusal); },
               [this] { return alarms(); },
               {[] { return ClockStanding(); }, [] { return std::string(); }, [](const std::string&) {}},
               signing_,
               [] { return std::vector<WitnessStanding>(); },
               [] { return std::optional<WitnessView>(); },
               reader_facts()});
}

std::vector<Watchdog::Watched> ReaderDaemon::watched() {
  // Not the server's watch: it waits for a machine that may be away.
  std::vector<Watchdog::Watched> out{
      {"index", [this](Watchdog::Done answer) { index_->ask(std::move(answer)); }},
      {"HTTP", [this](Watchdog::Done answer) { requests_->ask_server(std::move(answer)); }}};
  for (std::size_t i = 0; i < requests_->reading_threads(); ++i) {
    out.push_back({ReadingThreads::name_of(i),
                   [this, i](Watchdog::Done answer) { requests_->ask_reading(i, std::move(answer)); }});
  }
  return out;
}

std::string ReaderDaemon::status_line() const {
  std::string out = "Reads " + writer_of_.name + " at " + servers_.store->place();
  if (requests_->port() != 0) out += ", HTTP on port " + std::to_string(requests_->port());
  return served_line(out, alarms());
}

void ReaderDaemon::reload(const Config& config) {
  log_.set_level(config.log_level);
  alarms_->set_rules(alarm_rules(config));
  requests_->commons().story.set(config.story);
  requests_->commons().shown.changed();
}

void ReaderDaemon::stop() {
  const Phase was = std::exchange(phase_, Phase::kStopped);
  if (was == Phase::kStopped) return;
  if (requests_) requests_->stop();
  if (alarms_) alarms_->stop();
  if (watch_) watch_->stop();
  if (index_) index_->stop();
  alarms_.reset();
  // What requests still hold of the network and the watch goes with them.
  requests_.reset();
  index_.reset();
  network_.reset();
  watch_.reset();
  if (was == Phase::kServes) log_.info(log_event::kStopped, "stopped");
}

}  // namespace koinon
