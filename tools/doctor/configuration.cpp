#include "tools/doctor/configuration.h"

namespace koinon::doctor {

Findings check(const ConfigurationFacts& facts) {
  if (!facts.fault.empty())
    return {{Weight::kProblem, "configuration.wrong", facts.path + " does not read: " + facts.fault + ".",
             "koinond does not start anew, whatever runs now.",
             "Mend that line; koinond --help lists all keys."}};
  Findings out;
  if (!facts.refusal.empty())
    out.push_back(
        {Weight::kProblem, "configuration.refused", "koinond would not start: " + facts.refusal + ".",
         "What runs now was started with another configuration.", "Mend that key in " + facts.path + "."});
  if (facts.http_is_open && !facts.has_proxies)
    out.push_back(
        {Weight::kWarning, "configuration.plain_http", "http.listen serves the network, without TLS.",
         "Passwords and tokens can be read on the way.",
         "Put a reverse proxy with TLS before it, and http.listen back to 127.0.0.1. RUNBOOK, \"Who may "
         "read and write\"."});
  const bool behind_proxy = facts.has_proxies || facts.has_proxy_socket;
  if (behind_proxy && !facts.has_url)
    out.push_back({Weight::kProblem, "configuration.no_url",
                   "http.proxies or http.proxy_socket is set, and http.url is not.",
                   "This node is not known by the proxy's name: requests and forms are refused.",
                   "Set http.url to the address that readers use."});
  if (behind_proxy && facts.has_url && !facts.url_is_https)
    out.push_back({Weight::kWarning, "configuration.url", "http.url begins with http://.",
                   "Cookies of sessions go without TLS, too.",
                   "Give the proxy a certificate, and say https://."});
  if (facts.sso && !behind_proxy)
    out.push_back({Weight::kProblem, "configuration.sso",
                   "http.sso_header is set, and neither http.proxies nor http.proxy_socket is.",
                   "Nobody's header is believed: nobody can log in by it.",
                   "Name the addresses of the proxies in http.proxies, or set http.proxy_socket."});
  return out;
}

}  // namespace koinon::doctor
