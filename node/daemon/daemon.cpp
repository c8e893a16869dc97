#include "node/daemon/daemon.h"

#include <future>

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/key_file.h"
#include "node/http/change_request.h"
#include "node/http/from_callback.h"
#include "node/http/time_text.h"
#include "node/publishing/vouching.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/sqlite_store.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kCheckThreads = 2;
constexpr std::size_t kTokenFileBytes = 128;
constexpr std::size_t kPasswordFileBytes = 1024;
constexpr std::size_t kFormKeyBytes = 32;
constexpr std::size_t kSsoSecretBytes = 16;
constexpr std::chrono::seconds kNetworkAnswers{2};

Error own_log_forked() {
  return fail(Code::kRefused,
              "our own log has forked: two heads that contradict each other carry its signature, and other "
              "cities have "
              "frozen it; nothing more is signed for it. Either its key is in other hands, or a copy of this "
              "node signed "
              "too. See RUNBOOK, \"A forked log\"",
              "log");
}

}  // namespace

Daemon::Daemon(Config config)
    : config_(std::move(config)),
      log_(config_.log_level, config_.log_format),
      folder_(config_.data),
      checkers_(kCheckThreads),
      reader_(1),
      slow_(1) {}

Daemon::~Daemon() { stop(); }

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config) {
  std::unique_ptr<Daemon> daemon(new Daemon(config));
  KOINON_TRY(init_crypto());
  KOINON_TRY(daemon->prepare());
  daemon->log_.info("serving", {{"city", daemon->name_},
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
  KOINON_TRY(open_store());
  KOINON_ASSIGN(const StoreState state, store_->load_state());
  KOINON_TRY(start_clock(state));
  KOINON_TRY(start_threads(state));
  KOINON_TRY(start_courier());
  KOINON_TRY(start_hold_queue());
  KOINON_TRY(start_alarms());
  KOINON_TRY(start_http());
  return write_ready_file();
}

Status Daemon::open_store() {
  SqliteStoreOptions options;
  options.max_bytes = config_.store_max_bytes;
  options.transit_bytes = config_.transit_max_bytes;
  options.attachment_bytes = config_.attachment_max_bytes;
  KOINON_ASSIGN(store_, open_sqlite_store(folder_.store(), options));
  return {};
}

// From here on everything goes by the steady clock.
Status Daemon::start_clock(const StoreState& state) {
  ClockWatch::Parts parts;
  parts.kernel_is_synchronised = kernel_is_synchronised;
  std::function<UnixMillis()> machine = clock_.wall;
  if (const std::int64_t offset = config_.clock_offset_seconds; offset != 0) {
    log_.warning("clock.offset_seconds is set, which is for tests alone: what is signed bears a wrong time",
                 {{"seconds", std::to_string(offset)}});
    machine = [wall = clock_.wall, offset] { return UnixMillis{wall().value + offset * 1000}; };
    parts.kernel_is_synchronised = [] { return std::optional(false); };  // what it sets is not this clock
  }
  parts.signs = state.own_log.has_value();
  parts.has_peers = !state.peers.empty();
  if (state.own_log) {
    KOINON_ASSIGN(parts.newest, newest_own_entry(*store_, *state.own_log));
  }
  KOINON_ASSIGN(const auto word, store_->setting(kClockWord));
  if (word) parts.word = parse_clock_word(*word);
  // An entry that the operator calls wrong says nothing of the time.
  const bool speaks = parts.newest && !(parts.word && parts.word->covers(*parts.newest));
  wall_ = std::make_shared<SteadyWall>(std::move(machine), boot_time,
                                       speaks ? parts.newest->created_at : UnixMillis{});
  clock_.wall = [wall = wall_] { return wall->now(); };
  parts.wall = wall_;
  clock_watch_ = std::make_unique<ClockWatch>(std::move(parts));
  return {};
}

// A store that comes without its own token was restored from a backup, and peers may hold entries of our log
// that it does not: signing now could fork it.
Status Daemon::check_instance(const StoreState& state, std::optional<Error>& refusal) {
  const auto file = read_file(folder_.instance(), kTokenFileBytes);
  if (!file.ok() && file.error().code != Code::kNotFound) return file.error();
  const std::string expected = to_hex(state.instance_token) + "\n";
  if (file.ok() && *file == expected) return {};
  refusal =
      fail(Code::kRefused,
           "this store was restored from a copy, and other cities may hold newer entries of its log; signing "
           "would fork it. See RUNBOOK, \"A restored node\"",
           "instance-token");
  log_.error(refusal->message);
  return {};
}

// Whose node this is: a city's, with its log and the key that signs it, or an observer's.
Status Daemon::read_identity(const StoreState& state) {
  if (!state.own_log) {
    KOINON_ASSIGN(const auto observer, store_->setting(kObserverName));
    if (!observer) return fail(Code::kIo, "the store has no log of its own", folder_.store().string());
    name_ = *observer;
    return {};
  }
  KOINON_ASSIGN(const LogState own, store_->log_state(*state.own_log));
  if (!keys_->city) {
    return fail(Code::kRefused,
                "the keys of " + own.identity.name +
                    " are missing; put signing.key, cosigner.key and sealing.key back from their backup",
                folder_.key("signing").parent_path().string());
  }
  if (keys_->city->signing.public_key() != own.identity.signing_key) {
    return fail(Code::kRefused, "the signing key is not the one of this store's log",
                folder_.key("signing").string());
  }
  identity_ = own.identity;
  name_ = own.identity.name;
  return {};
}

Status Daemon::start_threads(const StoreState& state) {
  KOINON_TRY(read_identity(state));
  std::optional<Error> refusal;
  if (identity_) {
    KOINON_TRY(check_instance(state, refusal));
    KOINON_ASSIGN(const LogState own, store_->log_state(*state.own_log));
    if (own.frozen) {
      refusal = own_log_forked();
      log_.error(refusal->message, {{"city", name_}});
    }
  }
  KOINON_ASSIGN(serving_store_, open_sqlite_reader(folder_.store()));
  KOINON_ASSIGN(auto index_writer, open_index_writer(folder_.index(), state.journal));
  KOINON_ASSIGN(auto index_store, open_sqlite_reader(folder_.store()));
  for (const VouchFact& vouch : state.vouches) {
    if (vouch.voucher == state.own_log && !vouch.withdrawn) vouched_.insert(vouch.target);
  }

  Network::Options options;
  options.listen = config_.peer_listen;
  options.port = config_.peer_port;
  options.engine.node_key = NodeKey::from(keys_->node.public_key().view());
  if (keys_->city) options.city = keys_->city->signing;
  options.engine.agent = "koinon/" + std::string(kVersion);
  KOINON_TRY(choose_filter(options.engine));
  options.engine.trust_paths = config_.trust_paths;
  options.engine.grace = std::max<std::chrono::milliseconds>(
      std::chrono::hours(24) * config_.trust_grace_days, std::chrono::milliseconds(1));
  options.engine.log_entries = config_.log_entries;
  options.engine.log_bytes = config_.log_bytes;
  options.engine.window = config_.window_bytes;
  options.engine.attachments_up_to = config_.attachments_up_to;
  options.engine.trust_hops = config_.trust_hops;
  options.engine.trust_admits = config_.trust_admits;
  Network::Callbacks callbacks;
  callbacks.carry_out = [this](Intent intent) { carry_out(std::move(intent)); };
  callbacks.on_event = [this](const Event& event) { on_event(event); };
  callbacks.on_join = [this](InviteRecord invite, std::string line) {
    return on_join(std::move(invite), std::move(line));
  };
  callbacks.on_knock = [this](const Knock& knock) {
    log_.warning("a node that is not pinned here knocks; koinon peers says what to do",
                 {{"node_key", to_text(knock.key)}, {"address", knock.address}});
  };
  callbacks.on_claims = [this](const std::vector<NameClaim>& claims) { nearness_.apply(claims); };
  network_ = std::make_unique<Network>(std::move(options), keys_->node, state, clock_, std::move(callbacks));
  HttpServer::Options http;
  http.listen = config_.http_listen;
  http.port = config_.http_port;
  http.socket = folder_.socket();
  http.clock = clock_.wall;
  http_ = std::make_unique<HttpServer>(std::move(http));
  KOINON_ASSIGN(ahead_, open_index_reader(folder_.index(), columns_));
  index_ = std::make_unique<IndexWorker>(
      std::move(index_writer), std::move(index_store), clock_.wall,
      [this] {
        (void)ahead_->load();  // what goes wrong with it is said to those who search
        http_->notify();
        if (Courier* courier = courier_running_.load(); courier != nullptr) courier->notify();
      },
      [this](const Error& error) {
        log_.error("the index lags", {{"reason", error.text()}});
      },
      [this] { return has_room(); });
  StoreWriter::Callbacks written;
  written.on_completions = [this](std::vector<Completion> done) { network_->complete(std::move(done)); };
  written.on_own_head = [this](LogState log, std::vector<VouchFact> vouches) {
    for (const VouchFact& vouch : vouches) {
      // Pinned again, it may be vouched for again.
      if (vouch.withdrawn)
        asio::post(network_->context(), [this, target = vouch.target] { vouched_.erase(target); });
    }
    network_->own_head(std::move(log), std::move(vouches));
  };
  written.on_arrivals = [this] { index_->notify(); };
  written.signing_waits = [this] { return clock_watch_->signing_waits(); };
  std::optional<OwnLog> own_log;
  if (identity_) own_log.emplace(*identity_, keys_->city->signing);
  writer_ = std::make_unique<StoreWriter>(std::move(store_), std::move(own_log), clock_.wall,
                                          std::move(written), config_.disk_reserve_bytes);
  if (refusal) writer_->stop_signing(*refusal);
  return network_->start();
}

// Any thread. Whether the index and what is to be sent may grow: others are why they do, too. What was taken
// of others while there was room for it is indexed with the upper half of what is kept; the lower half is for
// our own log, accounts and drafts.
bool Daemon::has_room() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_.path(), unknown);
  return unknown || space.available >= config_.disk_reserve_bytes / 2;
}

// What `koinon subscribe` set, else what the configuration says; and whether the bodies that are held follow
// it.
Status Daemon::choose_filter(EngineConfig& engine) {
  KOINON_ASSIGN(const auto subscribed, store_->setting(kSubscriptions));
  KOINON_ASSIGN(engine.filter, subscribed ? parse_filter(*subscribed) : Result<BodyFilter>(config_.filter));
  KOINON_ASSIGN(const auto applied, store_->setting(kFilterApplied));
  engine.refilter = applied.value_or("all") != engine.filter.text();
  return {};
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
  CourierOptions options;
  if (identity_) options.own = identity_->log_id();
  options.name = name_;
  options.url = config_.http_url;
  options.private_webhooks = config_.private_webhooks;
  options.mail_from = config_.mail_from;
  options.digest_hour = config_.digest_hour;
  options.backoff = std::chrono::seconds(config_.send_backoff_seconds);
  if (!config_.smtp_url.empty()) {
    if (config_.mail_from.empty() || config_.http_url.empty()) {
      return fail(Code::kInvalidArgument,
                  "mail needs mail.from, its sender, and http.url, where its links lead", "mail.smtp");
    }
    options.smtp = {config_.smtp_url, config_.smtp_user, {}, config_.smtp_plain};
    if (!config_.smtp_password_file.empty()) {
      KOINON_ASSIGN(options.smtp.password, read_file(config_.smtp_password_file, kPasswordFileBytes));
      while (options.smtp.password.ends_with('\n')) options.smtp.password.pop_back();
    }
  }
  courier_ = std::make_unique<Courier>(std::move(options), std::move(parts));
  courier_running_ = courier_.get();
  return {};
}

void Daemon::log_change(const AuditLine& line) {
  log_.info("changed",
            {{"who", line.who}, {"action", line.action}, {"target", line.target}, {"outcome", line.outcome}});
}

Status Daemon::start_hold_queue() {
  KOINON_ASSIGN(Messages messages, Messages::builtin());
  commons_ = std::make_unique<Commons>(clock_.mono, std::move(messages));
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  KOINON_ASSIGN(auto store, open_sqlite_reader(folder_.store()));
  KOINON_ASSIGN(auto index, open_index_reader(folder_.index()));
  hold_queue_ = std::make_unique<HoldQueue>(HoldQueue::Parts{
      std::make_unique<OfficeDb>(std::move(office)),
      std::move(store),
      std::move(index),
      *writer_,
      nearness_,
      identity_ ? std::optional(identity_->log_id()) : std::nullopt,
      {std::chrono::minutes(config_.hold_minutes), config_.review},
      clock_,
      commons_->refusals,
      [this](const AuditLine& line) { log_change(line); },
      [this](const RefusalSum& sum) {
        log_.info("refused to callers that are not known", {{"action", sum.operation},
                                                            {"status", std::to_string(sum.status)},
                                                            {"times", std::to_string(sum.count)},
                                                            {"last_from", sum.last_address}});
      },
      [this](const Error& error) {
        log_.error("what waits to be signed waits on", {{"reason", error.text()}});
      }});
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
    if (alarm.id == "clock") sign_what_waited();
  };
  parts.folder = folder_.path().string();
  if (identity_) parts.own = identity_->log_id();
  parts.clock = clock_;
  parts.rules.peer_away = std::chrono::minutes(config_.alarm_peer_away_minutes);
  // Before the notes of others wait.
  parts.rules.disk_free_bytes = std::max(config_.alarm_disk_free_megabytes * 1'000'000,
                                         config_.disk_reserve_bytes + config_.disk_reserve_bytes / 4);
  alarms_ = std::make_unique<AlarmWatch>(std::move(parts));
  return {};
}

Result<ApiOptions> Daemon::api_options() const {
  ApiOptions options;
  options.access.public_reading = config_.http_public;
  options.access.url = config_.http_url;
  options.access.sso_header = config_.http_sso_header;
  options.access.proxies = config_.http_proxies;
  options.access.port = http_->port() == 0 ? config_.http_port : http_->port();
  options.access.form_key = random_bytes(kFormKeyBytes);
  if (!config_.http_sso_header.empty()) {
    if (config_.http_sso_secret_file.empty()) {
      return fail(Code::kInvalidArgument,
                  "http.sso_header needs http.sso_secret_file: what the proxy sends in the header " +
                      std::string(kSsoSecretHeader) + ", so that no other program can say who it is",
                  "http.sso_secret_file");
    }
    KOINON_ASSIGN(options.access.sso_secret, read_file(config_.http_sso_secret_file, kPasswordFileBytes));
    while (options.access.sso_secret.ends_with('\n')) options.access.sso_secret.pop_back();
    if (options.access.sso_secret.size() < kSsoSecretBytes)
      return fail(Code::kInvalidArgument, "a secret has at least 16 bytes", config_.http_sso_secret_file);
  }
  options.gate = {std::chrono::minutes(config_.hold_minutes), config_.review};
  options.private_webhooks = config_.private_webhooks;
  options.digest_hour = config_.digest_hour;
  return options;
}

Result<std::unique_ptr<Api>> Daemon::make_api(const ApiOptions& options,
                                              const std::shared_ptr<SharedColumns>& columns,
                                              asio::io_context& io) {
  KOINON_ASSIGN(auto store, open_sqlite_reader(folder_.store(), limits::kReaderCacheKiB));
  KOINON_ASSIGN(auto index, open_index_reader(folder_.index(), columns));
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(folder_.office()));
  NodeFacts facts{std::string(kVersion),
                  name_,
                  identity_,
                  NodeKey::from(keys_->node.public_key().view()),
                  config_.address,
                  folder_.path().string(),
                  network_->port(),
                  options.access.port};
  return std::make_unique<Api>(
      ApiParts{std::move(facts), options, std::move(store), std::move(index),
               std::make_unique<OfficeDb>(std::move(office)), *writer_, *network_, clock_, io, *commons_,
               nearness_, slow_, [this] { courier_->notify(); }, [this] { hold_queue_->notify(); },
               [this](HeldId id, HoldQueue::Done done) { hold_queue_->sign_now(id, std::move(done)); },
               [this](const AuditLine& line) { log_change(line); },
               [this](std::function<void(Status)> done) { index_->reset(std::move(done)); },
               [this] { return alarms_->alarms(); }, clock_questions()});
}

ClockQuestions Daemon::clock_questions() {
  ClockWatch* watch = clock_watch_.get();
  return {[watch] { return watch->standing(); }, [watch] { return clock_word_text(watch->word()); },
          [this, watch](const std::string& text) {
            if (const auto word = parse_clock_word(text); word) watch->believe(*word);
            sign_what_waited();
          }};
}

Status Daemon::start_http() {
  // First of all: links name the port, which the system may have chosen.
  KOINON_TRY(http_->bind());
  KOINON_ASSIGN(const ApiOptions options, api_options());
  KOINON_ASSIGN(reading_,
                ReadingService::make([&](asio::io_context& io) { return make_api(options, columns_, io); },
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

// On the network thread.
void Daemon::carry_out(Intent intent) {
  switch (intent_class(intent.body)) {
    case IntentClass::kWrite:
      writer_->submit(std::move(intent));
      return;
    case IntentClass::kCheck:
      asio::post(checkers_, [this, intent = std::move(intent)]() mutable {
        Completion done{intent.id, execute_check(std::move(intent.body))};
        std::vector<Completion> completions;
        completions.push_back(std::move(done));
        network_->complete(std::move(completions));
      });
      return;
    case IntentClass::kRead:
      asio::post(reader_, [this, intent = std::move(intent)] {
        std::vector<Completion> completions;
        completions.push_back({intent.id, execute_read(*serving_store_, intent.body)});
        network_->complete(std::move(completions));
      });
      return;
  }
}

// On the network thread.
void Daemon::on_event(const Event& event) {
  const PeerRecord* record = network_->peer(event.peer);
  const std::string peer = record == nullptr ? to_text(event.peer) : record->name;
  switch (event.kind) {
    case Event::Kind::kSessionReady:
      log_.info("connected", {{"peer", peer}, {"agent", event.text}});
      if (event.log != LogId()) proven_[event.log].insert(event.peer);
      consider_vouch(event.peer);
      return;
    case Event::Kind::kSessionEnded:
      log_.info("disconnected", {{"peer", peer}, {"reason", event.text}});
      return;
    case Event::Kind::kLogAdvanced:
      log_.debug("log advanced", {{"log", to_text(event.log)}, {"size", std::to_string(event.size.value)}});
      if (const auto proven = proven_.find(event.log); proven != proven_.end()) {
        for (const NodeKey& key : proven->second) {
          const PeerRecord* pinned = network_->peer(key);
          if (pinned != nullptr && pinned->log == event.log) consider_vouch(key);
        }
      }
      return;
    case Event::Kind::kForked:
      if (identity_ && event.log == identity_->log_id()) {
        const Error forked = own_log_forked();
        writer_->stop_signing(forked);
        log_.error(forked.message, {{"city", name_}, {"told_by", record == nullptr ? "" : peer}});
      } else {
        log_.error(event.text + "; the evidence is kept", {{"log", to_text(event.log)}});
      }
      return;
    case Event::Kind::kPeerLied:
      log_.warning("a peer sent what does not verify", {{"peer", peer}, {"reason", event.text}});
      return;
    case Event::Kind::kStopSigning:
      log_.error("signing stopped: " + event.text, {{"peer", peer}});
      writer_->stop_signing(fail(Code::kRefused,
                                 event.text + "; signing on would fork it. See RUNBOOK, \"A restored node\"",
                                 "log"));
      return;
    case Event::Kind::kStoreFailed:
      log_.error("what other cities send cannot be stored; reading goes on", {{"reason", event.text}});
      return;
    case Event::Kind::kFilterApplied:
      writer_->change([applied = network_->filter().text()](
                          Store& store) { return store.set_setting(kFilterApplied, applied); },
                      [](const Status&) {});
      return;
    case Event::Kind::kTrusted:
      return log_.debug("a city is trusted from now on", {{"log", to_text(event.log)}});
    case Event::Kind::kDistrusted:
      return log_.debug("a city is no longer trusted; what is held of it goes after the grace time",
                        {{"log", to_text(event.log)}});
    case Event::Kind::kRemoved:
      return log_.info("removed the data of a city that is no longer trusted",
                       {{"log", to_text(event.log)}, {"entries", std::to_string(event.size.value)}});
    case Event::Kind::kNotice:
      log_.info(event.text, {{"peer", peer}});
      return;
  }
}

// On the network thread. The invite is used and the joiner pinned in one transaction. A vouch follows only
// where the operator named who may join: else the operator looks at the name first.
asio::awaitable<Result<std::string>> Daemon::on_join(InviteRecord invite, std::string peer_line) {
  const auto own = identity_ ? std::optional(identity_->log_id()) : std::nullopt;
  auto peer = peer_of_line(peer_line, own, NodeKey::from(keys_->node.public_key().view()), clock_.wall());
  if (!peer.ok()) co_return peer.error();
  if (!invite.expects.empty() && peer->name != invite.expects) {
    co_return fail(Code::kRefused, "this invite is for " + invite.expects + ", not for " + peer->name,
                   "invite");
  }
  peer->vouch = !invite.expects.empty() && peer->log && identity_;
  StoreWriter* writer = writer_.get();
  const auto pinned_now = std::make_shared<bool>(false);  // written before the answer comes
  Beginning<Status> begin = [writer, pinned_now, key = invite.key,
                             record = *peer](std::function<void(Status)> done) {
    writer->change(
        [pinned_now, key, record](Store& store) -> Status {
          KOINON_TRY(store.remove_invite(key));
          KOINON_ASSIGN(const auto pinned, store.peers());
          for (const PeerRecord& peer : pinned) {
            // What the operator pinned stands, whoever comes with an invite.
            if (peer.node_key == record.node_key && peer.log == record.log) return {};
            if (peer.node_key == record.node_key || (record.log && peer.log == record.log))
              return fail(
                  Code::kConflict,
                  record.name + " is pinned already with another node; the operator there removes it first",
                  "invite");
          }
          *pinned_now = true;
          return store.put_peer(record);
        },
        std::move(done));
  };
  const auto stored = co_await from_callback<Status>(std::move(begin));
  if (!stored.ok()) co_return stored.error();
  network_->forget_invite(invite.key);
  if (*pinned_now) network_->add_peer(*peer);
  log_.info("joined by invite", {{"peer", peer->name}, {"node_key", to_text(peer->node_key)}});
  co_return name_;
}

// On the network thread. Vouches once for a peer whose session has proven its node key.
void Daemon::consider_vouch(const NodeKey& key) {
  const PeerRecord* peer = network_->peer(key);
  if (peer == nullptr || !peer->vouch || !peer->log || !identity_) return;
  const LogId log = *peer->log;
  if (!vouched_.insert(log).second) return;
  writer_->publish(Gate::for_the_node_itself(), vouch_maker(*peer, clock_.wall()),
                   [this, log, name = peer->name](const Result<Published>& published) {
                     if (published.ok()) return log_.info("vouched", {{"city", name}});
                     // Its log may not be here yet: it is tried again when it advances.
                     asio::post(network_->context(), [this, log] { vouched_.erase(log); });
                     if (published.error().code != Code::kNotFound)
                       log_.warning("not vouched", {{"city", name}, {"reason", published.error().text()}});
                   });
}

// Any thread. Our clock was in doubt, and is not any more.
void Daemon::sign_what_waited() {
  hold_queue_->notify();
  asio::post(network_->context(), [this] {
    for (const auto& [log, keys] : proven_) {
      for (const NodeKey& key : keys) consider_vouch(key);
    }
  });
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
  checkers_.join();
  reader_.join();
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
  serving_store_.reset();
  writer_.reset();
  if (served) log_.info("stopped");
}

}  // namespace koinon
