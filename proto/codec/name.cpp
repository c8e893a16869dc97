#include "proto/codec/name.h"

#include <algorithm>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

// Calls `use` with each part. Returns false as soon as one call returns false.
template <typename Use>
bool every_part(std::string_view text, char separator, Use use) {
  while (true) {
    const auto at = text.find(separator);
    if (!use(text.substr(0, at))) return false;
    if (at == std::string_view::npos) return true;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

Status check_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kNameBytes) {
    return fail(
        Code::kInvalidArgument,
        Sentence{
            "city.name_length", "a name has 1 to {most} bytes", {{"most", std::int64_t{limits::kNameBytes}}}},
        "name");
  }
  std::size_t labels = 0;
  const bool valid = every_part(name, '.', [&](std::string_view label) {
    ++labels;
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  });
  if (!valid || labels < 2) {
    return fail(Code::kInvalidArgument,
                Sentence{"city.name_form",
                         "a name is written like a domain in lower-case ASCII, such as seoul.example"},
                "name");
  }
  return {};
}

Status check_topic(std::string_view topic) {
  const bool valid = topic.size() <= limits::kTopicBytes && every_part(topic, '/', [](std::string_view part) {
                       return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
                         return is_lower(c) || is_digit(c) || c == '-';
                       });
                     });
  if (!valid) {
    return fail(Code::kInvalidArgument,
                Sentence{"topic.form",
                         "a topic is written like health/testing, in small letters from a to z, digits and "
                         "hyphens, with at most {most} characters",
                         {{"most", std::int64_t{limits::kTopicBytes}}}},
                "topics");
  }
  return {};
}

Status check_language(std::string_view tag) {
  std::size_t position = 0;
  const bool valid = tag.size() <= limits::kLanguageBytes && every_part(tag, '-', [&](std::string_view part) {
                       const bool letters = std::all_of(part.begin(), part.end(), is_letter);
                       const bool alphanumeric = std::all_of(
                           part.begin(), part.end(), [](char c) { return is_letter(c) || is_digit(c); });
                       if (position++ == 0) return letters && part.size() >= 2 && part.size() <= 8;
                       return alphanumeric && !part.empty() && part.size() <= 8;
                     });
  if (!valid) {
    return fail(Code::kInvalidArgument,
                Sentence{"language.form", "a language is a BCP 47 tag such as en, ko or pt-BR"}, "language");
  }
  return {};
}

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
  const Error error =
      fail(Code::kInvalidArgument,
           Sentence{"address.form", "an address is HOST:PORT, such as node.seoul.example:8470"}, "address");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return error;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!port.ok() || *port == 0 || *port > 65535) return error;
  if (host.front() == '[') {
    if (host.back() != ']' || host.size() < 4) return error;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return error;
  }
  const bool valid =
      host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ':' || c == '_' || c == '%';
      });
  if (!valid) return error;
  return Address{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string log_origin(std::string_view name, const LogId& log) {
  return std::string(name) + "/koinon/" + to_text(log);
}

Result<Origin> parse_origin(std::string_view origin) {
  constexpr std::string_view kMiddle = "/koinon/";
  const auto at = origin.find(kMiddle);
  if (at == std::string_view::npos) {
    return fail(Code::kMalformed, "an origin reads NAME/koinon/LOGID", "origin");
  }
  Origin out;
  out.name = origin.substr(0, at);
  KOINON_TRY(check_name(out.name));
  std::string_view log = origin.substr(at + kMiddle.size());
  if (const auto slash = log.find('/'); slash != std::string_view::npos) {
    const auto recoveries = parse_decimal(log.substr(slash + 1));
    if (!recoveries.ok() || *recoveries == 0 || *recoveries > limits::kStatements)
      return fail(Code::kMalformed, "behind the log id stands how often the log was taken back", "origin");
    out.recoveries = *recoveries;
    log = log.substr(0, slash);
  }
  KOINON_ASSIGN(out.log, parse_log_id(log));
  return out;
}

}  // namespace koinon
