// What the values of the configuration are: each kind reads a text, refuses what it is not with a sentence
// that says what it must be, and gives it back as a text. The table of keys (config_keys.cpp) is made of
// these.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "node/daemon/config.h"
#include "proto/base/encoding.h"

namespace koinon::config_values {

// Members of ConfigKey.
struct Value {
  ValueForm form = ValueForm::kText;
  std::function<Status(Config&, const std::string&)> set;
  std::function<std::string(const Config&)> value;
};

// The number if it is a whole one from `least` to `most`.
Result<std::uint64_t> whole_number(const std::string& text, std::uint64_t least, std::uint64_t most);

template <typename T>
Value number(T Config::*member, std::uint64_t least, std::uint64_t most) {
  return {ValueForm::kNumber,
          [member, least, most](Config& config, const std::string& text) -> Status {
            KOINON_ASSIGN(const std::uint64_t read, whole_number(text, least, most));
            config.*member = static_cast<T>(read);
            return {};
          },
          [member](const Config& config) { return std::to_string(config.*member); }};
}
template <typename T>
Value bytes(T Config::*member, std::uint64_t least, std::uint64_t most) {
  Value out = number(member, least, most);
  out.form = ValueForm::kBytes;
  return out;
}

Value flag(bool Config::*member);
Value one_of(std::string Config::*member, std::vector<std::string> allowed);
// One line.
Value line(std::string Config::*member);
// A path from the root on, or nothing.
Value path(std::string Config::*member);
Value paths(std::vector<std::string> Config::*member);
// The IP address at which one listens; empty: one does not.
Value listen(std::string Config::*member);

// HOST:PORT that others can connect to.
Value reachable_address();
Value store_quota();
// Of a PostgreSQL server, without a password.
Value store_url(std::string Config::*member);
// http(s)://HOST:PORT of each.
Value etcd_addresses();
Value topics();
Value web_address(std::string Config::*member);
// The name of a header that nobody uses for something else.
Value sso_header();
Value proxies();
Value time_zone();
Value hub_address();
Value smtp_server();
Value mail_sender();
Value witnesses();
// IP:PORT. Port 0 is any free one.
Value witness_listen();
Value witness_name();
// Seconds, up to a hundred years either way.
Value clock_offset();
// A ref, or none.
Value story();

}  // namespace koinon::config_values
