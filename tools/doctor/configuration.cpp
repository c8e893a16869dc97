#include "tools/doctor/configuration.h"

namespace koinon::doctor {

Findings check(const ConfigurationFacts& facts) {
  Findings out;
  if (!facts.fault.empty())
    out.push_back(
        {Weight::kProblem, "configuration.wrong", facts.path + " does not read: " + facts.fault + ".",
         "koinond does not start anew, whatever runs now.", "Mend it there; koinond --help lists all keys."});
  for (const std::string& refusal : facts.refusals)
    out.push_back({Weight::kProblem, "configuration.refused", "koinond would not start: " + refusal + ".",
                   "What runs now, if it does, was started with another configuration.",
                   "Mend that key in " + facts.path + "."});
  for (const std::string& doubt : facts.doubts)
    out.push_back({Weight::kWarning, "configuration.doubt", doubt + ".",
                   "What is written in " + facts.path + " does not do what it seems to.",
                   "Mend that key, or take it out. koinond says the same in its log when it starts."});
  // The rest is of values that are not known then.
  if (!facts.fault.empty()) return out;
  if (facts.http_is_open && !facts.has_proxies)
    out.push_back(
        {Weight::kWarning, "configuration.plain_http", "http.listen serves the network, without TLS.",
         "Passwords and tokens can be read on the way.",
         "Put a reverse proxy with TLS before it, and http.listen back to 127.0.0.1. RUNBOOK, \"Who may "
         "read and write\"."});
  if ((facts.has_proxies || facts.has_proxy_socket) && facts.has_url && !facts.url_is_https)
    out.push_back({Weight::kWarning, "configuration.url", "http.url begins with http://.",
                   "Cookies of sessions go without TLS, too.",
                   "Give the proxy a certificate, and say https://."});
  return out;
}

}  // namespace koinon::doctor
