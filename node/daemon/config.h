// Settings of koinond: one table of keys, each of which is a line of koinond.toml (`http.port = 8471`) and an
// option of the command line (`--http-port 8471`). The command line wins.
//
// Values are checked in two steps. Each by itself, where it is set: the text is what the key is for. All
// together, by check_config(): whether they work with each other and with the files that they name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "node/delivery/witness_list.h"
#include "node/text/networks.h"
#include "proto/base/limits.h"
#include "proto/base/result.h"
#include "proto/codec/filter.h"

namespace koinon {

struct Config {
  std::string data;                        // the data folder
  std::string peer_listen = "0.0.0.0";     // IP address for peers; empty: do not listen
  std::uint16_t peer_port = 8470;          // 0: any free one
  std::string http_listen = "127.0.0.1";   // IP address for reading; empty: the Unix socket only
  std::uint16_t http_port = 8471;          // 0: any free one
  std::string address;                     // HOST:PORT at which peers reach this node, for `koinon id`
  std::string passphrase_file;             // of sealed keys
  std::string log_level = "info";          // of the daemon's own lines: debug, info, warning, error
  std::string log_format = "text";         // text, json
  std::string ready_file;                  // written once the node serves; names the ports
  BodyFilter filter;                       // topics whose bodies are wanted; none: all
  unsigned trust_hops = 2;                 // how far vouches reach
  unsigned trust_paths = 1;                // that share no city, to trust one that is no peer
  std::size_t trust_admits = 100;          // cities through any one voucher
  unsigned trust_grace_days = 30;          // of running, until the data of a city no longer trusted go
  std::uint64_t log_entries = 10'000'000;  // quota of one log
  unsigned erase_grace_hours = 72;         // in which erased texts are kept, unread; 0: not at all
  std::uint64_t erase_max_bytes = limits::kEraseGraceBytes;
  std::uint64_t log_bytes = 8192ULL << 20;             // of one at one hop; an eighth for each hop further
  std::uint64_t transit_max_bytes = 256ULL << 20;      // quota of bodies held for peers only
  std::uint64_t attachment_max_bytes = 1024ULL << 20;  // quota of other cities' files
  std::uint64_t attachments_up_to = 0;                 // files of at most so many bytes come with their notes
  std::size_t window_bytes = 8 << 20;                  // credit lent to each peer
  std::uint64_t store_max_bytes = 0;                   // quota of the store's file; 0: none
  std::string store_url;                               // of a PostgreSQL server; empty: SQLite's file
  std::string office_url;                              // of that with the office; empty: the same
  bool reader = false;                                 // reads that store, and writes and signs nothing
  std::string reader_writer_url;                       // of the pages of the node that writes there
  unsigned reader_max_lag_seconds = 10;                // beyond which a reader is not ready
  std::uint64_t disk_reserve_bytes = limits::kDiskReserve;  // of the disk, that only our own log may use
  unsigned alarm_peer_away_minutes = 10;                    // until a peer that is not connected is an alarm
  std::uint64_t alarm_disk_free_megabytes = 1000;           // below which the disk is one
  bool http_public = false;                                 // reading is open to everyone
  std::string http_url;                    // https://notes.seoul.example, without a slash at the end
  std::string http_sso_header;             // lower case; from a trusted proxy, names the account
  std::string http_sso_secret_file;        // of the secret beside it, in Koinon-SSO-Secret
  std::vector<AddressRange> http_proxies;  // trusted proxies
  std::string http_proxy_socket;           // path of the Unix socket of a trusted proxy; empty: none
  std::string access_log = "off";          // off, combined, json
  std::string time_zone;                   // of the office: Asia/Seoul; empty: the machine's
  unsigned hold_minutes = 10;              // between an office's word and the signature
  std::string story;                       // whose story the first page tells; see StoryChoice
  bool review = false;                     // what publishers publish waits for a reviewer
  bool private_webhooks = false;           // webhooks may go to the office's own network
  std::string feeds_hub;                   // WebSub hub that is told of changed feeds; empty: none
  std::string smtp_url;                    // smtp://mail.city.example:587; empty: no mail
  std::string smtp_user;
  std::string smtp_password_file;
  bool smtp_plain = false;  // mail may go without TLS
  std::string mail_from;
  unsigned digest_hour = 6;                    // in the office's time zone
  unsigned send_backoff_seconds = 5;           // after a first failure, then doubled
  std::vector<NamedWitness> witnesses;         // that cosign the heads of our log
  std::string signing_mark;                    // folder of the mark; empty: see mark_file.h
  std::vector<std::string> signing_mark_etcd;  // addresses of etcd for the mark; none: the folder
  bool signing_alone = false;                  // it can only send: it signs without answers of peers
  unsigned signing_wait_seconds = 600;         // until fewer answers suffice
  std::string witness_listen;                  // where it witnesses for other systems; empty: it does not
  std::uint16_t witness_port = 0;              // 0: any free one
  std::string witness_name;                    // without what names its key; empty: NAME/witness
  std::vector<std::string> witness_logs;       // files with lists of logs
  unsigned witness_per_second = limits::kWitnessPerSecond;  // heads of one log that are cosigned
  std::int64_t clock_offset_seconds = 0;  // for tests alone: added to what the machine's clock says
};

// How a value is written.
enum class ValueForm : unsigned char {
  kText,
  kPath,    // in the file from the root on; as an option also from the working folder
  kNumber,  // a whole one
  kBytes,   // a number of bytes
  kFlag,    // true, false
  kList,    // of texts; as one text with commas between them
  kPaths,   // the same, of paths
};

struct ConfigKey {
  std::string name;         // as in the file: http.port
  std::string option;       // as on the command line: --http-port
  std::string section;      // the heading under which it is shown
  std::string description;  // without the default, which is that of Config
  ValueForm form = ValueForm::kText;
  bool reloads = false;  // a change takes effect while the node runs
  // kInvalidArgument: what the value must be; then nothing is changed.
  std::function<Status(Config&, const std::string&)> set;
  std::function<std::string(const Config&)> value;  // as `set` takes it
};

// All keys, section by section. Any thread.
const std::vector<ConfigKey>& config_keys();
// The key of that name; null: there is none.
const ConfigKey* find_config_key(std::string_view name);
// The key that somebody may have meant who wrote this name, which is none. Null: nobody knows.
const ConfigKey* config_key_meant(std::string_view name);

// The text of such a file. What is right of it is set, key by key. The error names the first key that is
// unknown or has a wrong value; `also` has the others.
Status read_config_text(std::string_view text, Config& config);

// Where a configuration comes from. It is read again at a reload.
struct ConfigSources {
  std::filesystem::path file;
  bool file_is_named = false;                  // by somebody: then it must exist
  std::map<std::string, std::string> options;  // by the name of the key; they win
};

struct ConfigRead {
  Config config;
  std::vector<Error> faults;    // each names its key, or its option; with any the node does not start
  std::vector<Error> warnings;  // what does nothing, or not what it seems to
  bool file_is_read = true;     // false: nobody knows what the file says
};

// File and options, each value by itself. `data`: the data folder.
ConfigRead read_config(const std::string& data, const ConfigSources& sources);
// Of koinond: adds what is wrong with the values together and with the files that they name, as far as these
// values are known. It reads secrets: protect_secrets() comes before it.
void check_config(ConfigRead& read);

// Whether this process knows which credentials the service manager hands over to koinond. They stand for
// files with secrets that the configuration does not name (config_secrets.h).
enum class Credentials : unsigned char {
  kOurs,     // koinond has those that this process has
  kUnknown,  // it may have others: what needs one is a warning
  kGiven,    // it has all that these values need, since it has started with them
};
// The same without what check_secret_files() says. It reads no secret.
void check_together(ConfigRead& read, Credentials credentials);

}  // namespace koinon
