#include "node/daemon/config.h"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "crypto/key_file.h"
#include "node/text/mail_address.h"
#include "node/text/time_zone.h"
#include "node/text/toml.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

constexpr std::size_t kConfigBytes = 256 * limits::kKiB;

using Setter = std::function<Status(Config&, const std::string&)>;

Setter text(std::string Config::*member) {
  return [member](Config& config, const std::string& value) -> Status {
    config.*member = value;
    return {};
  };
}

template <typename T>
Setter number(T Config::*member, std::uint64_t most) {
  return [member, most](Config& config, const std::string& value) -> Status {
    const auto parsed = parse_decimal(value);
    if (!parsed.ok() || *parsed > most) {
      return fail(Code::kInvalidArgument, "it is a whole number from 0 to " + std::to_string(most));
    }
    config.*member = static_cast<T>(*parsed);
    return {};
  };
}

Setter one_of(std::string Config::*member, std::vector<std::string> allowed) {
  return [member, allowed = std::move(allowed)](Config& config, const std::string& value) -> Status {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      std::string list;
      for (const auto& word : allowed) list += (list.empty() ? "" : ", ") + word;
      return fail(Code::kInvalidArgument, "it is one of " + list);
    }
    config.*member = value;
    return {};
  };
}

Setter flag(bool Config::*member) {
  return [member](Config& config, const std::string& value) -> Status {
    if (value != "true" && value != "false") return fail(Code::kInvalidArgument, "it is true or false");
    config.*member = value == "true";
    return {};
  };
}

// Without those that are empty.
std::vector<std::string> list_items(const std::string& value) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    if (end > begin) out.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

Setter list(std::vector<std::string> Config::*member) {
  return [member](Config& config, const std::string& value) -> Status {
    config.*member = list_items(value);
    return {};
  };
}

// The address that readers use, as links and cookies need it.
Status set_url(Config& config, const std::string& value) {
  const auto parsed = boost::urls::parse_uri(value);
  const bool fits =
      value.empty() || (parsed.has_value() && (parsed->scheme() == "https" || parsed->scheme() == "http") &&
                        !parsed->encoded_host().empty() && !parsed->has_query() && !parsed->has_userinfo() &&
                        parsed->encoded_path().size() <= 1);
  if (!fits) return fail(Code::kInvalidArgument, "it is an address such as https://notes.seoul.example");
  // As browsers write it: in small letters, and without the port that goes without saying.
  std::string& url = config.http_url;
  url = ascii_lower(value);
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view unsaid : {":", url.starts_with("https:") ? ":443" : ":80"}) {
    if (url.ends_with(unsaid)) url.resize(url.size() - unsaid.size());
  }
  return {};
}

Status set_smtp(Config& config, const std::string& value) {
  if (!value.empty() && !value.starts_with("smtp://") && !value.starts_with("smtps://"))
    return fail(Code::kInvalidArgument, "it is smtp://HOST:PORT or smtps://HOST:PORT");
  config.smtp_url = value;
  return {};
}

Status set_time_zone(Config& config, const std::string& value) {
  if (!value.empty() && !TimeZone::find(value))
    return fail(Code::kInvalidArgument, "it is a name of the IANA time zone database, such as Asia/Seoul");
  config.time_zone = value;
  return {};
}

Status set_mail_from(Config& config, const std::string& value) {
  config.mail_from = value;
  return check_email(value);
}

Status set_witnesses(Config& config, const std::string& value) {
  KOINON_ASSIGN(config.witnesses, parse_witnesses(list_items(value)));
  return {};
}

// Compared as HTTP headers are.
Status set_sso_header(Config& config, const std::string& value) {
  config.http_sso_header = value;
  for (char& c : config.http_sso_header) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return {};
}

Status set_address(Config& config, const std::string& value) {
  if (!value.empty()) KOINON_TRY(parse_address(value));
  config.address = value;
  return {};
}

// IP:PORT. Port 0 is any free one.
Status set_witness_listen(Config& config, const std::string& value) {
  const bool any_port = value.ends_with(":0");
  Address address;
  if (!value.empty()) {
    KOINON_ASSIGN(address, parse_address(any_port ? value.substr(0, value.size() - 1) + "1" : value));
  }
  config.witness_listen = address.host;
  config.witness_port = any_port ? std::uint16_t{0} : address.port;
  return {};
}

Status set_witness_rate(Config& config, const std::string& value) {
  const auto parsed = parse_decimal(value);
  if (!parsed.ok() || *parsed == 0 || *parsed > limits::kWitnessPerSecondMost)
    return fail(Code::kInvalidArgument,
                "it is a whole number from 1 to " + std::to_string(limits::kWitnessPerSecondMost));
  config.witness_per_second = static_cast<unsigned>(*parsed);
  return {};
}

// A hundred years either way.
Status set_clock_offset(Config& config, const std::string& value) {
  constexpr std::int64_t kMost = 100LL * 366 * 24 * 3600;
  const bool back = value.starts_with('-');
  const auto parsed = parse_decimal(std::string_view(value).substr(back ? 1 : 0));
  if (!parsed.ok() || *parsed > static_cast<std::uint64_t>(kMost))
    return fail(Code::kInvalidArgument, "it is a whole number of seconds, up to a hundred years either way");
  config.clock_offset_seconds = static_cast<std::int64_t>(*parsed) * (back ? -1 : 1);
  return {};
}

// Comma-separated topics; `all` for everything.
Status set_topics(Config& config, const std::string& value) {
  KOINON_ASSIGN(config.filter, parse_filter(value.empty() ? "all" : value));
  return {};
}

ConfigKey key(std::string name, std::string description, Setter set) {
  std::string option = "--" + name;
  std::replace(option.begin(), option.end(), '.', '-');
  std::replace(option.begin(), option.end(), '_', '-');
  return {std::move(name), std::move(option), std::move(description), std::move(set), false};
}

ConfigKey flag_key(std::string name, std::string description, bool Config::*member) {
  ConfigKey out = key(std::move(name), std::move(description), flag(member));
  out.is_flag = true;
  return out;
}

Result<std::string> value_text(const toml::node& value) {
  if (const auto text_value = value.value<std::string>(); value.is_string()) return *text_value;
  if (value.is_boolean()) return std::string(*value.value<bool>() ? "true" : "false");
  if (const auto whole = value.value_exact<std::int64_t>(); whole) return std::to_string(*whole);
  if (const auto* list = value.as_array(); list != nullptr) {
    std::string out;
    for (const auto& item : *list) {
      if (!item.is_string()) return fail(Code::kInvalidArgument, "it is a list of texts");
      out += (out.empty() ? "" : ",") + *item.value<std::string>();
    }
    return out;
  }
  return fail(Code::kInvalidArgument, "it is a text, a whole number, true or false, or a list of texts");
}

// A key is often written with another sign between its words, as options are.
std::string meant_by(std::string_view name) {
  const auto bare = [](std::string_view key) {
    std::string letters = ascii_lower(key);
    std::erase_if(letters, [](char c) { return c == '.' || c == '_' || c == '-'; });
    return letters;
  };
  for (const ConfigKey& key : config_keys()) {
    if (bare(key.name) == bare(name)) return "; did you mean " + key.name + "?";
  }
  return "; koinond --help lists them all";
}

Status apply_table(const toml::table& table, const std::string& prefix, Config& config) {
  for (const auto& [inner, value] : table) {
    const std::string name = prefix + std::string(inner.str());
    if (const auto* deeper = value.as_table(); deeper != nullptr) {
      KOINON_TRY(apply_table(*deeper, name + ".", config));
      continue;
    }
    const auto& keys = config_keys();
    const auto it =
        std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& known) { return known.name == name; });
    if (it == keys.end())
      return fail(Code::kInvalidArgument, "the configuration has an unknown key" + meant_by(name), name);
    const auto text_value = value_text(value);
    Status status = text_value.ok() ? it->set(config, *text_value) : Status(text_value.error());
    if (!status.ok()) return fail(status.error().code, status.error().message, name);
  }
  return {};
}

// Where the node is reached, and how it logs.
std::vector<ConfigKey> node_keys() {
  return {
      key("listen", "address at which peers connect; empty: only dial", text(&Config::peer_listen)),
      key("peer.port", "TCP port for peers (8470)", number(&Config::peer_port, 65535)),
      key("http.listen", "address for reading over HTTP (127.0.0.1); empty: the Unix socket only",
          text(&Config::http_listen)),
      key("http.port", "TCP port for HTTP (8471)", number(&Config::http_port, 65535)),
      key("address", "HOST:PORT at which other cities reach this node, for `koinon id`", set_address),
      key("passphrase_file", "file with the passphrase of sealed keys", text(&Config::passphrase_file)),
      key("log.level", "debug, info, warning or error",
          one_of(&Config::log_level, {"debug", "info", "warning", "error"})),
      key("log.format", "text or json", one_of(&Config::log_format, {"text", "json"})),
      key("ready_file", "file to write once the node serves, with its ports", text(&Config::ready_file)),
  };
}

// Of other cities: what is wanted, whom we trust, how much room they have.
std::vector<ConfigKey> city_keys() {
  return {
      key("topics", "topics whose notes are wanted at first, comma-separated (all); then `koinon subscribe`",
          set_topics),
      key("trust.hops", "how far vouches reach (2)", number(&Config::trust_hops, 16)),
      key("trust.paths", "paths that share no city, to trust one that is no peer (1)",
          number(&Config::trust_paths, 16)),
      key("trust.grace_days",
          "days that the node runs until the data of a city no longer trusted are removed (30)",
          number(&Config::trust_grace_days, 3650)),
      key("erase.grace_hours",
          "hours of running in which texts that their city erased are kept, unread, in case it turns out "
          "that a thief did it; 0: not at all (72)",
          number(&Config::erase_grace_hours, limits::kMaxEraseGraceHours)),
      key("erase.max_bytes", "bytes of erased texts of other cities that are kept at most (1 GiB)",
          number(&Config::erase_max_bytes, std::uint64_t{1} << 50)),
      key("quota.log_entries", "entries taken of one log at most (10,000,000)",
          number(&Config::log_entries, std::uint64_t{1} << 40)),
      key("quota.log_bytes",
          "bytes taken of the log of a peer at most, an eighth of it for each hop further (8 GiB)",
          number(&Config::log_bytes, std::uint64_t{1} << 50)),
      key("transit.max_bytes", "bytes of notes held for peers only (256 MiB)",
          number(&Config::transit_max_bytes, std::uint64_t{1} << 50)),
      key("attachments.max_bytes", "bytes of files of other cities (1 GiB)",
          number(&Config::attachment_max_bytes, std::uint64_t{1} << 50)),
      key("attachments.fetch_up_to",
          "files of at most so many bytes come with their notes (0: on demand only)",
          number(&Config::attachments_up_to, limits::kAttachmentBytes)),
      key("trust.admits", "cities admitted through any one voucher (100)",
          number(&Config::trust_admits, 1'000'000)),
      key("window_bytes", "bytes that a peer may send ahead (8 MiB)",
          number(&Config::window_bytes, limits::kMaxWindowBytes)),
  };
}

// Of the office: reading, publishing, mail, alarms and the machine.
std::vector<ConfigKey> office_keys() {
  return {
      flag_key("http.public", "true: reading is open to everyone (false)", &Config::http_public),
      key("http.url", "the address that readers use: https://notes.seoul.example", set_url),
      key("http.sso_header", "header in which a trusted proxy names the account", set_sso_header),
      key("http.sso_secret_file",
          "file with the secret that the proxy sends beside it, in the header Koinon-SSO-Secret",
          text(&Config::http_sso_secret_file)),
      key("http.proxies", "addresses of trusted proxies, comma-separated", list(&Config::http_proxies)),
      key("http.proxy_socket",
          "Unix socket for a trusted proxy alone, in a folder whose group the proxy is in; needs no secret "
          "(none)",
          text(&Config::http_proxy_socket)),
      key("office.time_zone",
          "time zone in which pages show and take times where the browser says none, and of mails: "
          "Asia/Seoul (the machine's)",
          set_time_zone),
      key("publishing.hold_minutes",
          "minutes in which what an office publishes can be taken back; 0: it is signed at once (10)",
          number(&Config::hold_minutes, 10'080)),
      flag_key("publishing.review", "true: what publishers publish waits for a reviewer (false)",
               &Config::review),
      flag_key("webhooks.allow_private", "true: webhooks may go to private addresses, and over http (false)",
               &Config::private_webhooks),
      key("mail.smtp", "smtp://HOST:PORT or smtps://HOST:PORT; empty: no mail", set_smtp),
      key("mail.user", "account at the SMTP server", text(&Config::smtp_user)),
      key("mail.password_file", "file with its password", text(&Config::smtp_password_file)),
      flag_key("mail.plain", "true: mail may go without TLS (false)", &Config::smtp_plain),
      key("mail.from", "the address that mail comes from", set_mail_from),
      key("mail.digest_hour", "hour, in office.time_zone, at which digests go out (6)",
          number(&Config::digest_hour, 23)),
      key("send.backoff_seconds", "until a webhook or mail that failed is tried again, then doubled (5)",
          number(&Config::send_backoff_seconds, 3600)),
      key("alarms.peer_away_minutes", "minutes until a peer that is not connected is an alarm (10)",
          number(&Config::alarm_peer_away_minutes, 100'000)),
      key("alarms.disk_free_megabytes", "MB free on the disk, below which that is an alarm (1000)",
          number(&Config::alarm_disk_free_megabytes, std::uint64_t{1} << 30)),
      key("witness.urls",
          "witnesses that cosign our heads, each as VKEY URL, comma-separated: the verifier key of type 0x04 "
          "and the address before /add-checkpoint (none)",
          set_witnesses),
      key("signing.mark",
          "folder in memory (tmpfs) for the mark of what was signed last (/run/koinon, else "
          "$XDG_RUNTIME_DIR/koinon, "
          "else /dev/shm/koinon-UID)",
          text(&Config::signing_mark)),
      flag_key("signing.alone",
               "true: this node can only send, and signs without answers of its peers (false)",
               &Config::signing_alone),
      key("signing.wait_seconds",
          "seconds after which more than half of the peers' answers suffice to sign (600)",
          number(&Config::signing_wait_seconds, 86'400)),
      key("clock.offset_seconds",
          "for tests alone: seconds by which this node's clock is ahead of the machine's (0)",
          set_clock_offset),
      key("store.max_bytes", "quota of the store's file in bytes; 0: none",
          number(&Config::store_max_bytes, std::uint64_t{1} << 50)),
      key("disk.reserve_bytes",
          "bytes of free disk, or a quarter of store.max_bytes, that only this city's own log may use (1 "
          "GiB)",
          number(&Config::disk_reserve_bytes, std::uint64_t{1} << 50)),
  };
}

// Of the witness for other systems.
std::vector<ConfigKey> witness_keys() {
  return {
      key("witness.listen",
          "IP:PORT where logs of other systems ask for cosignatures (C2SP tlog-witness); empty: not at all",
          set_witness_listen),
      key("witness.name",
          "name of the witness, like a web address without https://; what names its key is added "
          "(NAME/witness)",
          text(&Config::witness_name)),
      key("witness.logs", "files with lists of logs to witness for (witness-network.org), comma-separated",
          list(&Config::witness_logs)),
      key("witness.per_second", "heads of one log that are cosigned in a second at most (5)",
          set_witness_rate),
  };
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> kKeys = [] {
    std::vector<ConfigKey> out = node_keys();
    for (auto* more : {&city_keys, &office_keys, &witness_keys})
      for (ConfigKey& one : more()) out.push_back(std::move(one));
    return out;
  }();
  return kKeys;
}

Status read_config_text(std::string_view text, Config& config) {
  KOINON_ASSIGN(const toml::table table, parse_toml(text, "koinond.toml", 1));
  return apply_table(table, "", config);
}

Status read_config_file(const std::filesystem::path& path, Config& config) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  KOINON_ASSIGN(const std::string file, read_file(path, kConfigBytes));
  return read_config_text(file, config);
}

}  // namespace koinon
