#include "node/daemon/part_options.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "crypto/ed25519.h"
#include "crypto/key_file.h"
#include "node/replication/stored_standing.h"
#include "node/text/forwarded.h"
#include "node/text/time_zone.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kPasswordFileBytes = 1024;
constexpr std::size_t kFormKeyBytes = 32;
constexpr std::size_t kSsoSecretBytes = 16;

Result<std::string> read_secret(const std::string& path) {
  KOINON_ASSIGN(std::string secret, read_file(path, kPasswordFileBytes));
  while (secret.ends_with('\n')) secret.pop_back();
  return secret;
}

// The host of an address that leads to what is served at this one. It is localhost on the loopback address,
// or where all addresses are served. Empty: none is.
std::string served_host(const std::string& listen) {
  if (listen.empty()) return {};
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(listen, error);
  if (error || address.is_loopback() || address.is_unspecified()) return "localhost";
  return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
}

// What a proxy over TCP proves itself with. Empty: no proxy logs people in, or one that has its own socket
// alone.
Result<std::string> sso_secret(const Config& config) {
  if (config.http_sso_header.empty()) return std::string();
  if (config.http_sso_secret_file.empty()) {
    if (!config.http_proxy_socket.empty()) return std::string();
    return fail(Code::kInvalidArgument,
                "http.sso_header needs http.sso_secret_file: what the proxy sends in the header " +
                    std::string(kSsoSecretHeader) +
                    ", so that no other program can say who it is; or http.proxy_socket, which no other "
                    "program can open",
                "http.sso_secret_file");
  }
  KOINON_ASSIGN(std::string secret, read_secret(config.http_sso_secret_file));
  if (secret.size() < kSsoSecretBytes)
    return fail(Code::kInvalidArgument, "a secret has at least 16 bytes", config.http_sso_secret_file);
  return secret;
}

std::string office_zone(const Config& config) {
  return config.time_zone.empty() ? TimeZone::of_machine().name() : config.time_zone;
}

}  // namespace

SqliteStoreOptions store_options(const Config& config) {
  SqliteStoreOptions options;
  options.max_bytes = config.store_max_bytes;
  options.transit_bytes = config.transit_max_bytes;
  options.attachment_bytes = config.attachment_max_bytes;
  options.erase_grace = std::chrono::hours(config.erase_grace_hours);
  options.grace_bytes = config.erase_max_bytes;
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
  if (config.smtp_url.empty()) return options;
  if (config.mail_from.empty() || config.http_url.empty()) {
    return fail(Code::kInvalidArgument,
                "mail needs mail.from, its sender, and http.url, where its links lead", "mail.smtp");
  }
  options.smtp = {config.smtp_url, config.smtp_user, {}, config.smtp_plain};
  if (!config.smtp_password_file.empty()) {
    KOINON_ASSIGN(options.smtp.password, read_secret(config.smtp_password_file));
  }
  return options;
}

Result<ApiOptions> api_options(const Config& config, std::uint16_t http_port) {
  ApiOptions options;
  options.access.public_reading = config.http_public;
  options.access.url = config.http_url;
  options.access.sso_header = config.http_sso_header;
  for (const std::string& proxy : config.http_proxies) {
    std::string address = plain_address(proxy);
    if (address.empty()) return fail(Code::kInvalidArgument, proxy + " is no IP address", "http.proxies");
    options.access.proxies.push_back(std::move(address));
  }
  if (!config.http_proxy_socket.empty()) {
    if (!config.http_proxy_socket.starts_with('/'))
      return fail(Code::kInvalidArgument, "it is a path from the root: /run/koinon-proxy/http.sock",
                  "http.proxy_socket");
    options.access.proxies.emplace_back(kProxySocket);
  }
  options.access.host = served_host(config.http_listen);
  options.access.port = http_port == 0 ? config.http_port : http_port;
  options.access.form_key = random_bytes(kFormKeyBytes);
  KOINON_ASSIGN(options.access.sso_secret, sso_secret(config));
  options.gate = gate_rules(config);
  options.private_webhooks = config.private_webhooks;
  options.digest_hour = config.digest_hour;
  options.time_zone = office_zone(config);
  return options;
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
