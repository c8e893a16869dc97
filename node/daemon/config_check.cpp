// What is wrong with values together, and with the files that they name.
#include <algorithm>

#include <unistd.h>

#include "node/daemon/config.h"
#include "node/daemon/config_secrets.h"

namespace koinon {
namespace {

// Whether it is told already that the value of one of these keys is wrong. Then nobody knows what it will be.
bool any_at_fault(const ConfigRead& read, const std::vector<std::string>& keys) {
  return std::any_of(read.faults.begin(), read.faults.end(), [&](const Error& fault) {
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& name) {
      const ConfigKey* key = find_config_key(name);
      return fault.field == name || (key != nullptr && fault.field == key->option);
    });
  });
}

// `others`: the keys whose values are a reason as well.
void refuse(ConfigRead& read, const std::string& key, const std::vector<std::string>& others,
            std::string why) {
  if (!any_at_fault(read, {key}) && !any_at_fault(read, others))
    read.faults.push_back(fail(Code::kInvalidArgument, std::move(why), key));
}

void warn(ConfigRead& read, const std::string& key, const std::vector<std::string>& others, std::string why) {
  if (!any_at_fault(read, {key}) && !any_at_fault(read, others))
    read.warnings.push_back(fail(Code::kInvalidArgument, std::move(why), key));
}

void check_sso(ConfigRead& read) {
  const Config& config = read.config;
  if (config.http_sso_header.empty()) {
    if (!config.http_sso_secret_file.empty())
      warn(read, "http.sso_secret_file", {"http.sso_header"}, "it does nothing without http.sso_header");
    return;
  }
  // Over a socket of its own a proxy proves nothing: nobody else can open that.
  if (!config.http_proxy_socket.empty()) {
    if (config.http_proxies.empty() && !config.http_sso_secret_file.empty())
      warn(read, "http.sso_secret_file", {"http.proxies"},
           "it does nothing without http.proxies: over http.proxy_socket no secret is needed");
    return;
  }
  if (sso_secret_file(config).empty())
    refuse(read, "http.sso_header", {"http.sso_secret_file", "http.proxy_socket"},
           "it needs http.sso_secret_file: what the proxy sends in the header Koinon-SSO-Secret, so that no "
           "other program can say who it is; or http.proxy_socket, which no other program can open");
  if (config.http_proxies.empty())
    refuse(read, "http.sso_header", {"http.proxies", "http.proxy_socket"},
           "it needs http.proxies or http.proxy_socket: who may send it");
}

void check_mail(ConfigRead& read) {
  const Config& config = read.config;
  const bool has_account = !config.smtp_user.empty() || !config.smtp_password_file.empty();
  if (config.smtp_url.empty()) {
    if (has_account || !config.mail_from.empty())
      warn(read, "mail.smtp", {}, "no mail is sent without it, whatever the other keys of mail say");
    return;
  }
  if (config.mail_from.empty())
    refuse(read, "mail.smtp", {"mail.from"}, "it needs mail.from, the sender of mails");
  if (config.http_url.empty())
    refuse(read, "mail.smtp", {"http.url"}, "it needs http.url, where links in mails lead");
  if (!config.smtp_user.empty() && mail_password_file(config).empty())
    refuse(read, "mail.user", {"mail.password_file"}, "it needs mail.password_file");
  if (config.smtp_user.empty() && !config.smtp_password_file.empty())
    refuse(read, "mail.password_file", {"mail.user"}, "it needs mail.user");
}

struct Place {
  const char* key;
  std::string address;
  std::uint16_t port;
};

bool is_everywhere(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

// Two that listen need two ports, but for two addresses of this machine. Any free port is nobody else's.
void check_ports(ConfigRead& read) {
  const Config& config = read.config;
  const Place places[] = {{"peer.port", config.peer_listen, config.peer_port},
                          {"http.port", config.http_listen, config.http_port},
                          {"witness.listen", config.witness_listen, config.witness_port}};
  for (const Place& one : places) {
    for (const Place& other : places) {
      if (&other == &one) break;
      const bool both = !one.address.empty() && !other.address.empty() && one.port != 0;
      const bool meet =
          one.address == other.address || is_everywhere(one.address) || is_everywhere(other.address);
      if (both && one.port == other.port && meet)
        refuse(read, one.key, {other.key},
               std::string("it is the port of ") + other.key + "; choose another one");
    }
  }
}

// What koinond makes itself lies in a folder that is there.
void need_folder(ConfigRead& read, const std::string& key, const std::string& file) {
  std::error_code unknown;
  const auto folder = std::filesystem::path(file).parent_path();
  if (!file.empty() && !std::filesystem::is_directory(folder, unknown))
    refuse(read, key, {}, "there is no folder " + folder.string());
}

void check_files(ConfigRead& read) {
  const Config& config = read.config;
  check_secret_files(config, read.faults);
  need_folder(read, "ready_file", config.ready_file);
  need_folder(read, "http.proxy_socket", config.http_proxy_socket);
  if (config.witness_listen.empty()) return;
  // The witness never holds up the city's own work: it goes on with the other lists.
  for (const std::string& list : config.witness_logs) {
    if (::access(list.c_str(), R_OK) != 0)
      warn(read, "witness.logs", {}, "the list " + list + " cannot be read");
  }
}

void warn_of_proxies(ConfigRead& read) {
  const Config& config = read.config;
  const bool over_tcp = !config.http_proxies.empty();
  if (over_tcp && config.http_listen.empty())
    warn(read, "http.proxies", {"http.listen"}, "no proxy can connect, since http.listen is empty");
  if ((over_tcp || !config.http_proxy_socket.empty()) && config.http_url.empty())
    warn(read, over_tcp ? "http.proxies" : "http.proxy_socket", {"http.url"},
         "behind a proxy with TLS, browsers' forms are refused until http.url is set");
}

void warn_of_what_does_nothing(ConfigRead& read) {
  const Config& config = read.config;
  if (!config.address.empty() && config.peer_listen.empty())
    warn(read, "address", {"listen"}, "nobody listens there, since listen is empty");
  if (config.witness_listen.empty() && (!config.witness_logs.empty() || !config.witness_name.empty()))
    warn(read, "witness.listen", {},
         "nothing is witnessed without it, whatever the other keys of witness say");
  if (config.attachments_up_to > config.attachment_max_bytes)
    warn(read, "attachments.fetch_up_to", {"attachments.max_bytes"},
         "it is more than attachments.max_bytes, so larger files do not come");
  warn_of_proxies(read);
}

}  // namespace

void check_config(ConfigRead& read) {
  if (!read.file_is_read) return;
  check_sso(read);
  check_mail(read);
  check_ports(read);
  check_files(read);
  warn_of_what_does_nothing(read);
}

}  // namespace koinon
