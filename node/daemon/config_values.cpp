#include "node/daemon/config_values.h"

#include <algorithm>
#include <array>

#include <boost/url/parse.hpp>

#include "crypto/vkey.h"
#include "node/api/story_choice.h"
#include "node/daemon/store_url.h"
#include "node/text/mail_address.h"
#include "node/text/time_zone.h"
#include "proto/base/ascii.h"
#include "proto/codec/name.h"
#include "proto/codec/ref.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon::config_values {
namespace {

Error must_be(std::string what) { return fail(Code::kInvalidArgument, std::move(what)); }

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : std::string(between)) + item;
  return out;
}

auto text_of(std::string Config::*member) {
  return [member](const Config& config) { return config.*member; };
}

Status check_path(const std::string& path) {
  if (path.empty() || path.starts_with('/')) return {};
  return must_be("it is a path from the root on, such as /etc/koinon/secret");
}

Status check_ip(const std::string& address) {
  if (is_ip_address(address)) return {};
  return must_be("it is an IP address of this machine, such as 127.0.0.1 or ::1, or 0.0.0.0 or :: for all");
}

// A token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kSigns.find(c) != std::string_view::npos;
  });
}

// Whether browsers, proxies or this program send such a header for something else: it would name an account
// that nobody meant, or that a visitor may choose.
bool is_taken_header(std::string_view name) {
  constexpr std::array<std::string_view, 8> kBeginnings = {
      "accept", "access-control-", "content-", "if-", "koinon-", "proxy-", "sec-", "x-forwarded-for"};
  constexpr std::array<std::string_view, 29> kNames = {"authorization",
                                                       "age",
                                                       "cache-control",
                                                       "connection",
                                                       "cookie",
                                                       "date",
                                                       "dnt",
                                                       "expect",
                                                       "forwarded",
                                                       "host",
                                                       "keep-alive",
                                                       "last-event-id",
                                                       "max-forwards",
                                                       "origin",
                                                       "pragma",
                                                       "priority",
                                                       "range",
                                                       "referer",
                                                       "te",
                                                       "trailer",
                                                       "transfer-encoding",
                                                       "upgrade",
                                                       "upgrade-insecure-requests",
                                                       "user-agent",
                                                       "via",
                                                       "x-forwarded-host",
                                                       "x-forwarded-port",
                                                       "x-forwarded-proto",
                                                       "x-real-ip"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return name.starts_with(beginning); }) ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Status set_sso_header(Config& config, const std::string& text) {
  // Compared as HTTP headers are.
  const std::string name = ascii_lower(text);
  if (!name.empty() && !is_header_name(name))
    return must_be("it is the name of a header, such as X-Remote-User");
  if (is_taken_header(name))
    return must_be("this header is used for something else; take one of its own, such as X-Remote-User");
  config.http_sso_header = name;
  return {};
}

Status set_proxies(Config& config, const std::string& text) {
  std::vector<AddressRange> read;
  for (const std::string& item : split(text, ',')) {
    KOINON_ASSIGN(AddressRange one, AddressRange::parse(item));
    read.push_back(std::move(one));
  }
  config.http_proxies = std::move(read);
  return {};
}

// Boost.URL takes what stands behind the digits of a port for a path.
bool has_no_path(const boost::urls::url_view& url) {
  return url.encoded_path().empty() || url.encoded_path() == "/";
}

bool is_web_address(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  return parsed.has_value() && (parsed->scheme() == "https" || parsed->scheme() == "http") &&
         !parsed->encoded_host().empty() && !parsed->has_query() && !parsed->has_fragment() &&
         !parsed->has_userinfo() && has_no_path(*parsed) &&
         (parsed->port().empty() || parsed->port_number() != 0);
}

// The address that readers use, as links and cookies need it.
Status set_web_address(std::string& url, const std::string& text) {
  if (!text.empty() && !is_web_address(text))
    return must_be("it is an address such as https://notes.seoul.example");
  if (!text.empty()) KOINON_TRY(check_reachable_host(boost::urls::parse_uri(text)->host_address()));
  // As browsers write it: in small letters, and without the port that goes without saying.
  url = ascii_lower(text);
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view unsaid : {":", url.starts_with("https:") ? ":443" : ":80"}) {
    if (url.ends_with(unsaid)) url.resize(url.size() - unsaid.size());
  }
  return {};
}

// Whether it may be http depends on another key (config_check.cpp).
Status set_hub_address(Config& config, const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  const bool fits =
      text.empty() || (parsed.has_value() && (parsed->scheme() == "https" || parsed->scheme() == "http") &&
                       !parsed->encoded_host().empty() && !parsed->has_userinfo() &&
                       !parsed->has_fragment() && text.find_first_of("<>\"") == std::string::npos);
  if (!fits) return must_be("it is an address such as https://hub.example/");
  config.feeds_hub = text;
  return {};
}

Status set_smtp_server(Config& config, const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  const bool fits =
      text.empty() || (parsed.has_value() && (parsed->scheme() == "smtp" || parsed->scheme() == "smtps") &&
                       !parsed->encoded_host().empty() && !parsed->has_query() && !parsed->has_fragment() &&
                       has_no_path(*parsed) && (parsed->port().empty() || parsed->port_number() != 0));
  if (!fits) return must_be("it is smtp://HOST:PORT or smtps://HOST:PORT");
  if (!text.empty() && parsed->has_userinfo())
    return must_be(
        "it is smtp://HOST:PORT or smtps://HOST:PORT; the account is mail.user, its password is in "
        "mail.password_file");
  config.smtp_url = text;
  return {};
}

Status set_mail_sender(Config& config, const std::string& text) {
  KOINON_TRY(check_email(text));
  config.mail_from = text;
  return {};
}

Status set_time_zone(Config& config, const std::string& text) {
  if (!text.empty() && !TimeZone::find(text))
    return must_be("it is a name of the IANA time zone database, such as Asia/Seoul");
  config.time_zone = text;
  return {};
}

Status set_address(Config& config, const std::string& text) {
  if (!text.empty()) {
    KOINON_ASSIGN(const Address address, parse_address(text));
    KOINON_TRY(check_reachable_host(address.host));
  }
  config.address = text;
  return {};
}

Status set_store_quota(Config& config, const std::string& text) {
  KOINON_ASSIGN(const std::uint64_t read, whole_number(text, 0, std::uint64_t{1} << 50));
  if (read != 0 && read < limits::kStoreLeast)
    return must_be("it is 0 for no quota, or at least " + std::to_string(limits::kStoreLeast) +
                   ": an empty store has nearly half of that");
  config.store_max_bytes = read;
  return {};
}

Status set_store_url(std::string& url, const std::string& text) {
  if (!text.empty()) KOINON_TRY(StoreUrl::parse(text));
  url = text;
  return {};
}

Status set_etcd_addresses(Config& config, const std::string& text) {
  std::vector<std::string> read = split(text, ',');
  for (std::string& one : read) {
    if (!is_web_address(one) || boost::urls::parse_uri(one)->port_number() == 0)
      return must_be("each is an address such as http://10.1.0.1:2379, without a user and a path");
    while (one.ends_with('/')) one.pop_back();
  }
  config.signing_mark_etcd = std::move(read);
  return {};
}

// Only what the vocabulary lists: in a file nobody sees that a topic is mistyped, and that nothing comes.
Status set_topics(Config& config, const std::string& text) {
  const std::string wanted = joined(split(text, ','), ",");
  KOINON_ASSIGN(BodyFilter filter, parse_filter(wanted.empty() ? "all" : wanted));
  for (const std::string& topic : filter.topics) {
    if (Vocabulary::builtin().find(topic) != nullptr) continue;
    return must_be("the vocabulary has no topic " + topic + "; did you mean " +
                   Vocabulary::builtin().nearest(topic) + "? A topic of your own: koinon subscribe " + topic +
                   ", while koinond runs");
  }
  config.filter = std::move(filter);
  return {};
}

Status set_witnesses(Config& config, const std::string& text) {
  KOINON_ASSIGN(config.witnesses, parse_witnesses(split(text, ',')));
  return {};
}

std::string witness_entries(const Config& config) {
  std::vector<std::string> entries;
  for (const NamedWitness& witness : config.witnesses) {
    for (const VKey& key : witness.keys) entries.push_back(key.text() + " " + witness.url);
  }
  return joined(entries, ",");
}

Status set_witness_listen(Config& config, const std::string& text) {
  const bool any_port = text.ends_with(":0");
  Address address;
  if (!text.empty()) {
    auto read = parse_address(any_port ? text.substr(0, text.size() - 1) + "1" : text);
    if (!read.ok() || !is_ip_address(read->host))
      return must_be("it is IP:PORT, such as 127.0.0.1:8472 or [::1]:8472");
    address = std::move(*read);
  }
  config.witness_listen = address.host;
  config.witness_port = any_port ? std::uint16_t{0} : address.port;
  return {};
}

std::string witness_listen_text(const Config& config) {
  if (config.witness_listen.empty()) return {};
  return Address{config.witness_listen, config.witness_port}.text();
}

// What names the key is added behind it: a slash and eight characters.
Status set_witness_name(Config& config, const std::string& text) {
  const bool fits =
      text.empty() || (is_key_name(text + "/12345678") && text.find("://") == std::string::npos &&
                       text.front() != '/' && text.back() != '/');
  if (!fits)
    return must_be("it is a name like a web address without https://, such as witness.seoul.example/w1");
  config.witness_name = text;
  return {};
}

Status set_clock_offset(Config& config, const std::string& text) {
  constexpr std::int64_t kMost = 100LL * 366 * 24 * 3600;
  const bool back = text.starts_with('-');
  const auto parsed = parse_decimal(std::string_view(text).substr(back ? 1 : 0));
  if (!parsed.ok() || *parsed > static_cast<std::uint64_t>(kMost))
    return must_be("it is a whole number of seconds, up to a hundred years either way");
  config.clock_offset_seconds = static_cast<std::int64_t>(*parsed) * (back ? -1 : 1);
  return {};
}

Status set_story(Config& config, const std::string& text) {
  if (!text.empty() && text != StoryChoice::kNone && !parse_ref(text).ok())
    return must_be("it is the ref of a practice, such as seoul.example/17, or none");
  config.story = text;
  return {};
}

}  // namespace

Result<std::uint64_t> whole_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  const auto parsed = parse_decimal(text);
  if (parsed.ok() && *parsed >= least && *parsed <= most) return *parsed;
  return must_be("it is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Value flag(bool Config::*member) {
  return {ValueForm::kFlag,
          [member](Config& config, const std::string& text) -> Status {
            if (text != "true" && text != "false") return must_be("it is true or false");
            config.*member = text == "true";
            return {};
          },
          [member](const Config& config) { return std::string(config.*member ? "true" : "false"); }};
}

Value one_of(std::string Config::*member, std::vector<std::string> allowed) {
  return {ValueForm::kText,
          [member, allowed = std::move(allowed)](Config& config, const std::string& text) -> Status {
            if (std::find(allowed.begin(), allowed.end(), text) == allowed.end())
              return must_be("it is one of " + joined(allowed, ", "));
            config.*member = text;
            return {};
          },
          text_of(member)};
}

Value line(std::string Config::*member) {
  return {ValueForm::kText,
          [member](Config& config, const std::string& text) -> Status {
            if (has_control(text)) return must_be("it is one line of text");
            config.*member = text;
            return {};
          },
          text_of(member)};
}

Value path(std::string Config::*member) {
  return {ValueForm::kPath,
          [member](Config& config, const std::string& text) -> Status {
            KOINON_TRY(check_path(text));
            config.*member = text;
            return {};
          },
          text_of(member)};
}

Value paths(std::vector<std::string> Config::*member) {
  return {ValueForm::kPaths,
          [member](Config& config, const std::string& text) -> Status {
            std::vector<std::string> read = split(text, ',');
            for (const std::string& one : read) KOINON_TRY(check_path(one));
            config.*member = std::move(read);
            return {};
          },
          [member](const Config& config) { return joined(config.*member, ","); }};
}

Value listen(std::string Config::*member) {
  return {ValueForm::kText,
          [member](Config& config, const std::string& text) -> Status {
            if (!text.empty()) KOINON_TRY(check_ip(text));
            config.*member = text;
            return {};
          },
          text_of(member)};
}

Value reachable_address() { return {ValueForm::kText, set_address, text_of(&Config::address)}; }

Value store_quota() {
  return {ValueForm::kBytes, set_store_quota,
          [](const Config& config) { return std::to_string(config.store_max_bytes); }};
}

Value store_url(std::string Config::*member) {
  return {ValueForm::kText,
          [member](Config& config, const std::string& text) { return set_store_url(config.*member, text); },
          text_of(member)};
}

Value etcd_addresses() {
  return {ValueForm::kList, set_etcd_addresses,
          [](const Config& config) { return joined(config.signing_mark_etcd, ","); }};
}

Value topics() {
  return {ValueForm::kList, set_topics, [](const Config& config) { return config.filter.text(); }};
}

Value web_address(std::string Config::*member) {
  return {ValueForm::kText,
          [member](Config& config, const std::string& text) { return set_web_address(config.*member, text); },
          text_of(member)};
}

Value sso_header() { return {ValueForm::kText, set_sso_header, text_of(&Config::http_sso_header)}; }

Value proxies() {
  return {ValueForm::kList, set_proxies, [](const Config& config) {
            std::vector<std::string> texts;
            for (const AddressRange& one : config.http_proxies) texts.push_back(one.text());
            return joined(texts, ",");
          }};
}

Value time_zone() { return {ValueForm::kText, set_time_zone, text_of(&Config::time_zone)}; }

Value hub_address() { return {ValueForm::kText, set_hub_address, text_of(&Config::feeds_hub)}; }

Value smtp_server() { return {ValueForm::kText, set_smtp_server, text_of(&Config::smtp_url)}; }

Value mail_sender() { return {ValueForm::kText, set_mail_sender, text_of(&Config::mail_from)}; }

Value witnesses() { return {ValueForm::kList, set_witnesses, witness_entries}; }

Value witness_listen() { return {ValueForm::kText, set_witness_listen, witness_listen_text}; }

Value witness_name() { return {ValueForm::kText, set_witness_name, text_of(&Config::witness_name)}; }

Value clock_offset() {
  return {ValueForm::kNumber, set_clock_offset,
          [](const Config& config) { return std::to_string(config.clock_offset_seconds); }};
}

Value story() { return {ValueForm::kText, set_story, text_of(&Config::story)}; }

}  // namespace koinon::config_values
