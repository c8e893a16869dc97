// koinond.toml: does it read, and do its keys go together?
#pragma once

#include <string>
#include <vector>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct ConfigurationFacts {
  std::string path;
  std::string fault;  // what is wrong with single values, each with its key; empty: nothing is
  // What check_together() says, each with its key: why koinond would not start, and what does nothing.
  std::vector<std::string> refusals;
  std::vector<std::string> doubts;
  bool http_is_open = false;      // http.listen is no loopback address
  bool has_proxies = false;       // http.proxies names one
  bool has_proxy_socket = false;  // http.proxy_socket
  bool has_url = false;
  bool url_is_https = false;
};

Findings check(const ConfigurationFacts& facts);

}  // namespace koinon::doctor
