// koinond.toml: does it read, and do its keys go together?
#pragma once

#include <cstdint>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct ConfigurationFacts {
  std::string path;
  std::string fault;              // why it cannot be read, with the key; empty: it can
  std::string refusal;            // why koinond would not start with it; empty: it would
  bool http_is_open = false;      // http.listen is no loopback address
  bool has_proxies = false;       // http.proxies names one
  bool has_proxy_socket = false;  // http.proxy_socket
  bool has_url = false;
  bool url_is_https = false;
  bool sso = false;
};

Findings check(const ConfigurationFacts& facts);

}  // namespace koinon::doctor
