// The table of keys. A new one is a member of Config and a line here: file, command line, --help, `koinon
// config default` and the reload are made of these. Descriptions say what the value is and in what unit;
// defaults are those of Config.
#include <algorithm>

#include "node/daemon/config.h"
#include "node/daemon/config_values.h"
#include "proto/base/ascii.h"
#include "proto/base/nearest_word.h"
#include "proto/codec/frame.h"

namespace koinon {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

ConfigKey make_key(std::string name, config_values::Value value, std::string description) {
  ConfigKey out;
  out.option = "--" + name;
  std::replace(out.option.begin(), out.option.end(), '.', '-');
  std::replace(out.option.begin(), out.option.end(), '_', '-');
  out.name = std::move(name);
  out.description = std::move(description);
  out.form = value.form;
  out.set = std::move(value.set);
  out.value = std::move(value.value);
  return out;
}

ConfigKey reloaded(ConfigKey made) {
  made.reloads = true;
  return made;
}

std::vector<ConfigKey> node_keys() {
  using namespace config_values;
  return {
      make_key(
          "listen", listen(&Config::peer_listen),
          "IP address at which peers connect; 0.0.0.0 or :: is all of this machine; empty: it only dials"),
      make_key("peer.port", number(&Config::peer_port, 0, 65535), "TCP port for peers; 0: any free one"),
      make_key(
          "address", reachable_address(),
          "HOST:PORT at which other cities reach this node, for `koinon id` and invites; empty: they cannot, "
          "or an invite names it"),
      make_key("passphrase_file", path(&Config::passphrase_file),
               "file with the passphrase of sealed keys, which nobody else may read; empty: the credential "
               "passphrase of systemd, if there is one"),
      reloaded(make_key("log.level", one_of(&Config::log_level, {"debug", "info", "warning", "error"}),
                        "which lines are written: debug, info, warning or error")),
      make_key("log.format", one_of(&Config::log_format, {"text", "json"}),
               "how: text for people, json for programs"),
      make_key("ready_file", path(&Config::ready_file),
               "file that is written once the node serves, with its ports; empty: none"),
  };
}

std::vector<ConfigKey> http_keys() {
  using namespace config_values;
  return {
      make_key(
          "http.listen", listen(&Config::http_listen),
          "IP address for reading over HTTP; 0.0.0.0 or :: is all of this machine; empty: the Unix socket "
          "only"),
      make_key("http.port", number(&Config::http_port, 0, 65535), "TCP port for HTTP; 0: any free one"),
      make_key("http.access_log", one_of(&Config::access_log, {"off", "combined", "json"}),
               "a line for each request on standard output, without queries: off, combined or json"),
      make_key("http.public", flag(&Config::http_public),
               "true: reading is open to everyone, without an account"),
      make_key(
          "http.url", web_address(&Config::http_url),
          "the address that readers use, such as https://notes.seoul.example; links, cookies and mails need "
          "it"),
      make_key(
          "http.proxies", proxies(),
          "addresses and networks of trusted reverse proxies, such as 127.0.0.1 or 10.1.0.0/16: what they "
          "say of a visitor's address is believed"),
      make_key(
          "http.sso_header", sso_header(),
          "header in which a trusted proxy names the account, such as X-Remote-User; empty: people log in "
          "here"),
      make_key("http.sso_secret_file", path(&Config::http_sso_secret_file),
               "file with the secret, 16 bytes or more, that the proxy sends beside it in the header "
               "Koinon-SSO-Secret; nobody else may read it; empty: the credential sso-secret of systemd"),
      make_key("http.proxy_socket", path(&Config::http_proxy_socket),
               "Unix socket for a trusted reverse proxy of this machine alone, such as "
               "/run/koinon-proxy/http.sock, in a folder whose group the proxy is in; where another "
               "program runs as that group, set http.sso_secret_file as well; empty: none"),
  };
}

std::vector<ConfigKey> city_keys() {
  using namespace config_values;
  return {
      make_key(
          "topics", topics(),
          "topics of the vocabulary whose notes are wanted at first, with all below them; all: every one; "
          "later `koinon subscribe` says which"),
      make_key("trust.hops", number(&Config::trust_hops, 0, 16), "how far vouches reach"),
      make_key("trust.paths", number(&Config::trust_paths, 1, 16),
               "paths that share no city, to trust one that is no peer"),
      make_key("trust.admits", number(&Config::trust_admits, 1, 1'000'000),
               "cities that are admitted through any one voucher"),
      make_key("trust.grace_days", number(&Config::trust_grace_days, 0, 3650),
               "days that the node runs until the data of a city no longer trusted are removed"),
  };
}

std::vector<ConfigKey> room_keys() {
  using namespace config_values;
  return {
      make_key("store.max_bytes", store_quota(), "quota of the store's file; 0: none"),
      make_key("disk.reserve_bytes", bytes(&Config::disk_reserve_bytes, 0, kMostBytes),
               "of the free disk, or a quarter of store.max_bytes, that only this city's own log may use"),
      make_key("quota.log_entries", number(&Config::log_entries, 1, std::uint64_t{1} << 40),
               "entries that are taken of one log at most"),
      make_key("quota.log_bytes", bytes(&Config::log_bytes, 1, kMostBytes),
               "taken of the log of a peer at most; an eighth of it for each hop further"),
      make_key("transit.max_bytes", bytes(&Config::transit_max_bytes, 0, kMostBytes),
               "of notes that are held for peers only"),
      make_key("attachments.max_bytes", bytes(&Config::attachment_max_bytes, 0, kMostBytes),
               "of files of other cities"),
      make_key("attachments.fetch_up_to", bytes(&Config::attachments_up_to, 0, limits::kAttachmentBytes),
               "files of at most so many bytes come with their notes; 0: all when somebody asks for them"),
      make_key(
          "erase.grace_hours", number(&Config::erase_grace_hours, 0, limits::kMaxEraseGraceHours),
          "hours of running in which texts that their city erased are kept, unread, in case it turns out "
          "that a thief did it; 0: not at all"),
      make_key("erase.max_bytes", bytes(&Config::erase_max_bytes, 0, kMostBytes),
               "of erased texts of other cities that are kept at most"),
      make_key("window_bytes",
               bytes(&Config::window_bytes, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes),
               "that a peer may send ahead of what is stored"),
  };
}

std::vector<ConfigKey> hub_keys() {
  using namespace config_values;
  return {
      make_key("store.url", store_url(&Config::store_url),
               "the PostgreSQL server that holds the store and the office, such as "
               "postgresql://koinon@db.example:5432/koinon?passfile=/etc/koinon/pgpass, without a password "
               "in it; empty: files in the data folder"),
      make_key("reader", flag(&Config::reader),
               "true: this koinond reads the store of store.url and shows it, and writes and signs nothing"),
      make_key("office.url", store_url(&Config::office_url),
               "of a reader: the servers that hold the office, one of which takes changes, for who logs in; "
               "empty: those of store.url"),
      make_key("reader_writer_url", web_address(&Config::reader_writer_url),
               "of a reader: the address of the pages where the node that writes is worked with, such as "
               "https://desk.seoul.example; pages lead there; empty: nobody is told"),
      make_key("reader_max_lag", number(&Config::reader_max_lag_seconds, 1, 86'400),
               "seconds by which a reader's store may be behind, beyond which it says that it is not ready"),
      make_key("signing.mark_etcd", etcd_addresses(),
               "addresses of etcd, such as http://10.1.0.1:2379, where the mark of what was signed last is "
               "kept instead of in signing.mark, so that a machine that takes over finds it; empty: not "
               "there"),
  };
}

std::vector<ConfigKey> office_keys() {
  using namespace config_values;
  return {
      make_key(
          "office.time_zone", time_zone(),
          "time zone, such as Asia/Seoul, in which pages show and take times where the browser says none, "
          "and of mails; empty: the machine's"),
      reloaded(make_key(
          "office.story", story(),
          "the practice of which the first page tells visitors what came of it, as a ref; none: of no "
          "practice; empty: that of which most cities have said how it went")),
      make_key("publishing.hold_minutes", number(&Config::hold_minutes, 0, 10'080),
               "minutes in which what an office publishes can be taken back; 0: it is signed at once"),
      make_key("publishing.review", flag(&Config::review),
               "true: what publishers publish waits for a reviewer"),
      reloaded(make_key("alarms.peer_away_minutes", number(&Config::alarm_peer_away_minutes, 0, 100'000),
                        "minutes until a peer that is not connected is an alarm")),
      reloaded(make_key("alarms.disk_free_megabytes",
                        number(&Config::alarm_disk_free_megabytes, 0, std::uint64_t{1} << 30),
                        "MB free on the disk, below which that is an alarm")),
  };
}

std::vector<ConfigKey> sending_keys() {
  using namespace config_values;
  return {
      make_key("mail.smtp", smtp_server(),
               "the server that takes mail: smtp://HOST:PORT or smtps://HOST:PORT; empty: no mail"),
      make_key("mail.from", mail_sender(), "the address that mail comes from, such as koinon@seoul.example"),
      make_key("mail.user", line(&Config::smtp_user), "account at that server; empty: none is needed"),
      make_key("mail.password_file", path(&Config::smtp_password_file),
               "file with its password, which nobody else may read; empty: the credential mail-password of "
               "systemd"),
      make_key("mail.plain", flag(&Config::smtp_plain), "true: mail may go without TLS"),
      make_key("mail.digest_hour", number(&Config::digest_hour, 0, 23),
               "hour, in office.time_zone, at which digests go out"),
      make_key("webhooks.allow_private", flag(&Config::private_webhooks),
               "true: webhooks may go to private addresses, and over http"),
      make_key("feeds.hub", hub_address(),
               "WebSub hub that is told of each changed feed, and brings it to whoever asked the hub for it; "
               "empty: none"),
      make_key("send.backoff_seconds", number(&Config::send_backoff_seconds, 1, 3600),
               "seconds until a webhook or mail that failed, or the hub, is tried again, then doubled"),
  };
}

std::vector<ConfigKey> signing_keys() {
  using namespace config_values;
  return {
      make_key("signing.mark", path(&Config::signing_mark),
               "folder in memory (tmpfs) for the mark of what was signed last; empty: /run/koinon, else "
               "$XDG_RUNTIME_DIR/koinon, else /dev/shm/koinon-UID"),
      make_key("signing.alone", flag(&Config::signing_alone),
               "true: this node can only send, and signs without answers of its peers"),
      make_key("signing.wait_seconds", number(&Config::signing_wait_seconds, 0, 86'400),
               "seconds after which more than half of the peers' answers suffice to sign"),
      make_key(
          "witness.urls", witnesses(),
          "witnesses that cosign our heads, each as VKEY URL: the verifier key of type 0x04 and the address "
          "before /add-checkpoint"),
  };
}

std::vector<ConfigKey> witness_keys() {
  using namespace config_values;
  return {
      make_key("witness.listen", witness_listen(),
               "IP:PORT where logs of other systems ask for cosignatures (C2SP tlog-witness), such as "
               "127.0.0.1:8472; empty: not at all"),
      make_key(
          "witness.name", witness_name(),
          "name of the witness, like a web address without https://; what names its key is added; empty: "
          "NAME/witness, with this city's name"),
      make_key("witness.logs", paths(&Config::witness_logs),
               "files with lists of logs to witness for (witness-network.org)"),
      make_key("witness.per_second", number(&Config::witness_per_second, 1, limits::kWitnessPerSecondMost),
               "heads of one log that are cosigned in a second at most"),
  };
}

std::vector<ConfigKey> test_keys() {
  using namespace config_values;
  return {reloaded(make_key(
      "clock.offset_seconds", clock_offset(),
      "seconds by which this node's clock is ahead of the machine's; never on a node that is in use"))};
}

struct Section {
  const char* title;
  std::vector<ConfigKey> (*keys)();
};
constexpr Section kSections[] = {
    {"The node: where peers reach it, its keys, its log lines", node_keys},
    {"Reading over HTTP", http_keys},
    {"Other cities: what is wanted, and who is trusted", city_keys},
    {"Room on the disk, and how much of it others may take", room_keys},
    {"A hub: its store on a PostgreSQL server, and readers beside it", hub_keys},
    {"The office: times, review, alarms", office_keys},
    {"What is sent: mail, webhooks, and to the hub of feeds", sending_keys},
    {"Signing, and the witnesses of our log", signing_keys},
    {"A witness for logs of other systems", witness_keys},
    {"For tests alone", test_keys},
};

// Whichever signs stand between the words, and in capitals or not.
std::string letters_of(std::string_view name) {
  std::string letters = ascii_lower(name);
  std::erase_if(letters, [](char c) { return c == '.' || c == '_' || c == '-'; });
  return letters;
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> kKeys = [] {
    std::vector<ConfigKey> out;
    for (const Section& section : kSections) {
      for (ConfigKey& one : section.keys()) {
        one.section = section.title;
        out.push_back(std::move(one));
      }
    }
    return out;
  }();
  return kKeys;
}

const ConfigKey* find_config_key(std::string_view name) {
  const auto& keys = config_keys();
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& one) { return one.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

const ConfigKey* config_key_meant(std::string_view name) {
  std::vector<std::string> names;
  for (const ConfigKey& one : config_keys()) {
    if (letters_of(one.name) == letters_of(name)) return &one;
    names.push_back(one.name);
  }
  if (const auto near = nearest_word(ascii_lower(name), names)) return find_config_key(*near);
  // A key without its table: public = true.
  const ConfigKey* out = nullptr;
  for (const ConfigKey& one : config_keys()) {
    if (last_part(one.name) != name) continue;
    if (out != nullptr) return nullptr;
    out = &one;
  }
  return out;
}

}  // namespace koinon
