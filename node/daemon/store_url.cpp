#include "node/daemon/store_url.h"

#include <array>
#include <optional>
#include <string_view>

#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

constexpr std::string_view kPort = "5432";  // where nothing else is said

using Values = std::map<std::string, std::string>;

// Whoever has one of these is let in.
constexpr std::array<std::string_view, 4> kSecrets = {"password", "sslpassword", "scram_client_key",
                                                      "oauth_client_secret"};

Error no_address() {
  return fail(Code::kInvalidArgument,
              "it is an address of PostgreSQL, such as postgresql://koinon@db.example:5432/koinon");
}

Error has_secret() {
  return fail(Code::kInvalidArgument,
              "there is no password in it, for others see it there; write the password into a file that "
              "koinond alone may read, and name that: "
              "postgresql://koinon@db.example/koinon?passfile=/etc/koinon/pgpass");
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

Status put_decoded(Values& out, const std::string& name, std::string_view encoded) {
  const auto text = boost::urls::make_pct_string_view({encoded.data(), encoded.size()});
  if (!text) return no_address();
  std::string decoded = text->decode();
  if (!decoded.empty()) out[name] = std::move(decoded);
  return {};
}

// HOST:PORT,HOST:PORT. An IPv6 address stands in brackets.
Status read_hosts(std::string_view text, Values& out) {
  if (text.empty()) return {};
  std::string hosts;
  std::string ports;
  for (const std::string& item : split(text, ',')) {
    const std::string_view one = item;
    const auto bracket = one.starts_with('[') ? one.find(']') : std::string_view::npos;
    if (one.starts_with('[') && bracket == std::string_view::npos) return no_address();
    const auto colon = one.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = one.substr(0, colon);
    const std::string_view port = colon == std::string_view::npos ? "" : one.substr(colon + 1);
    if (host.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return no_address();
    const bool in_brackets = bracket != std::string_view::npos;
    hosts += (hosts.empty() ? "" : ",") + std::string(in_brackets ? host.substr(1, bracket - 1) : host);
    ports += (ports.empty() ? "" : ",") + std::string(port.empty() ? kPort : port);
  }
  out["port"] = ports;
  return put_decoded(out, "host", hosts);
}

Status read_parameters(std::string_view text, Values& out) {
  for (const std::string& item : split(text, '&')) {
    const auto equals = item.find('=');
    if (equals == std::string::npos) return no_address();
    Values name;
    KOINON_TRY(put_decoded(name, "name", std::string_view(item).substr(0, equals)));
    if (!is_name(name["name"])) return no_address();
    KOINON_TRY(put_decoded(out, name["name"], std::string_view(item).substr(equals + 1)));
  }
  return {};
}

// As libpq does: the first @ before a slash ends who it is.
Status read_uri(std::string_view rest, Values& out) {
  const auto at = rest.substr(0, rest.find('/')).find('@');
  if (at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const auto colon = who.find(':');
    KOINON_TRY(put_decoded(out, "user", who.substr(0, colon)));
    if (colon != std::string_view::npos) out["password"] = "";
    rest.remove_prefix(at + 1);
  }
  const auto question = rest.find('?');
  const std::string_view before = rest.substr(0, question);
  const auto slash = before.find('/');
  KOINON_TRY(read_hosts(before.substr(0, slash), out));
  if (slash != std::string_view::npos) KOINON_TRY(put_decoded(out, "dbname", before.substr(slash + 1)));
  return question == std::string_view::npos ? Status() : read_parameters(rest.substr(question + 1), out);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// One value of the words, which begins at `at` and is taken: in quotes, or up to a blank.
std::optional<std::string> take_value(std::string_view text, std::size_t& at) {
  const bool quoted = at < text.size() && text[at] == '\'';
  if (quoted) ++at;
  std::string out;
  for (; at < text.size(); ++at) {
    if (quoted ? text[at] == '\'' : is_blank(text[at])) break;
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  if (quoted && at == text.size()) return std::nullopt;
  if (quoted) ++at;
  return out;
}

Status read_words(std::string_view text, Values& out) {
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text.size() && is_blank(text[at])) ++at;
  };
  for (skip_blanks(); at < text.size(); skip_blanks()) {
    const auto begin = at;
    while (at < text.size() && text[at] != '=' && !is_blank(text[at])) ++at;
    const std::string name(text.substr(begin, at - begin));
    skip_blanks();
    if (!is_name(name) || at == text.size() || text[at] != '=') return no_address();
    ++at;
    skip_blanks();
    auto value = take_value(text, at);
    if (!value) return no_address();
    out[name] = std::move(*value);
  }
  return {};
}

std::string encoded(const std::string& text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace

Result<StoreUrl> StoreUrl::parse(const std::string& text) {
  if (has_control(text)) return no_address();
  StoreUrl out;
  const auto scheme = text.find("://");
  const bool is_uri = text.starts_with("postgresql://") || text.starts_with("postgres://");
  const Status read =
      is_uri ? read_uri(std::string_view(text).substr(scheme + 3), out.values) : read_words(text, out.values);
  for (const std::string_view secret : kSecrets) {
    if (out.values.contains(std::string(secret))) return has_secret();
  }
  KOINON_TRY(read);
  if (out.values.empty() && !is_uri) return no_address();
  return out;
}

std::string StoreUrl::place() const {
  const auto of = [&](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  const std::vector<std::string> ports = split(of("port"), ',');
  std::string out;
  std::size_t number = 0;
  for (const std::string& host : split(of(values.contains("host") ? "host" : "hostaddr"), ',')) {
    const bool is_v6 = host.find(':') != std::string::npos;
    out += (out.empty() ? "" : ",") + (is_v6 ? "[" + host + "]" : encoded(host));
    const std::string port = ports.empty() ? "" : number < ports.size() ? ports[number] : ports.back();
    if (!port.empty()) out += ":" + port;
    ++number;
  }
  return "postgresql://" + out + "/" + encoded(of("dbname"));
}

}  // namespace koinon
