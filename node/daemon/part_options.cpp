#include "node/daemon/part_options.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "crypto/ed25519.h"
#include "node/daemon/config_secrets.h"
#include "node/daemon/version.h"
#include "node/replication/stored_standing.h"
#include "node/text/time_zone.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kFormKeyBytes = 32;

// The host of an address that leads to what is served at this one. It is localhost on the loopback address,
// or where all addresses are served. Empty: none is.
std::string served_host(const std::string& listen) {
  if (listen.empty()) return {};
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(listen, error);
  if (error || address.is_loopback() || address.is_unspecified()) return "localhost";
  return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
}

std::string office_zone(const Config& config) {
  return config.time_zone.empty() ? TimeZone::of_machine().name() : config.time_zone;
}

}  // namespace

StoreOptions store_options(const Config& config) {
  StoreOptions options;
  options.transit_bytes = config.transit_max_bytes;
  options.attachment_bytes = config.attachment_max_bytes;
  options.erase_grace = std::chrono::hours(config.erase_grace_hours);
  options.grace_bytes = config.erase_max_bytes;
  options.program = kVersion;
  return options;
}

Result<EngineConfig> engine_options(const Config& config, StoreReader& store) {
  EngineConfig engine;
  KOINON_ASSIGN(const auto subscribed, store.setting(kSubscriptions));
  KOINON_ASSIGN(engine.filter, subscribed ? parse_filter(*subscribed) : Result<BodyFilter>(config.filter));
  KOINON_ASSIGN(const auto applied, store.setting(kFilterApplied));
  engine.refilter = applied.value_or("all") != engine.filter.text();
  engine.trust_paths = config.trust_paths;
  KOINON_TRY(read_standing(store, engine.standing));
  engine.standing.alone = config.signing_alone;
  engine.standing.wait = std::max<std::chrono::milliseconds>(
      std::chrono::seconds(config.signing_wait_seconds), std::chrono::milliseconds(1));
  engine.grace = std::max<std::chrono::milliseconds>(std::chrono::hours(24) * config.trust_grace_days,
                                                     std::chrono::milliseconds(1));
  engine.log_entries = config.log_entries;
  engine.log_bytes = config.log_bytes;
  engine.window = config.window_bytes;
  engine.attachments_up_to = config.attachments_up_to;
  engine.trust_hops = config.trust_hops;
  engine.trust_admits = config.trust_admits;
  return engine;
}

Result<CourierOptions> courier_options(const Config& config, const NodeIdentity& identity) {
  CourierOptions options;
  options.own = identity.log_id();
  options.name = identity.name;
  options.url = config.http_url;
  options.private_webhooks = config.private_webhooks;
  options.mail_from = config.mail_from;
  options.zone = TimeZone::find(office_zone(config)).value_or(TimeZone());
  options.digest_hour = config.digest_hour;
  options.backoff = std::chrono::seconds(config.send_backoff_seconds);
  options.hub = config.feeds_hub;
  if (config.smtp_url.empty()) return options;
  options.smtp = {config.smtp_url, config.smtp_user, {}, config.smtp_plain};
  KOINON_ASSIGN(options.smtp.password, read_mail_password(config));
  return options;
}

Result<ApiOptions> api_options(const Config& config, std::uint16_t http_port) {
  ApiOptions options;
  options.access.public_reading = config.http_public;
  options.access.url = config.http_url;
  options.access.sso_header = config.http_sso_header;
  options.access.proxies = config.http_proxies;
  options.access.proxy_socket = !config.http_proxy_socket.empty();
  options.access.host = served_host(config.http_listen);
  options.access.port = http_port == 0 ? config.http_port : http_port;
  options.access.form_key = random_bytes(kFormKeyBytes);
  if (!config.http_sso_header.empty()) {
    KOINON_ASSIGN(options.access.sso_secret, read_sso_secret(config));
  }
  options.gate = gate_rules(config);
  options.hub = config.feeds_hub;
  options.private_webhooks = config.private_webhooks;
  options.digest_hour = config.digest_hour;
  options.time_zone = office_zone(config);
  return options;
}

std::string pages_url(const Config& config) {
  AccessOptions options;
  options.url = config.http_url;
  options.host = served_host(config.http_listen);
  options.port = config.http_port;
  return own_url(options);
}

GateRules gate_rules(const Config& config) {
  return {std::chrono::minutes(config.hold_minutes), config.review};
}

AlarmRules alarm_rules(const Config& config) {
  AlarmRules rules;
  rules.peer_away = std::chrono::minutes(config.alarm_peer_away_minutes);
  // Before the notes of others wait.
  rules.disk_free_bytes = std::max(config.alarm_disk_free_megabytes * 1'000'000,
                                   config.disk_reserve_bytes + config.disk_reserve_bytes / 4);
  return rules;
}

}  // namespace koinon
