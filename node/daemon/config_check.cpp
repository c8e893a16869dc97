// What is wrong with values together, and with the files that they name.
#include <algorithm>

#include <unistd.h>

#include "node/daemon/config.h"
#include "node/daemon/config_secrets.h"

namespace koinon {
namespace {

// What is wrong with one value alone was told before: nobody knows then what it will be.
class Together {
 public:
  Together(ConfigRead& read, Credentials credentials)
      : read_(read), credentials_(credentials), told_(read.faults.size()) {}

  const Config& config() const { return read_.config; }

  // `others`: the keys whose values are a reason as well.
  void refuse(const std::string& key, const std::vector<std::string>& others, std::string why) const {
    if (!any_told({key}) && !any_told(others))
      read_.faults.push_back(fail(Code::kInvalidArgument, std::move(why), key));
  }
  void warn(const std::string& key, const std::vector<std::string>& others, std::string why) const {
    if (!any_told({key}) && !any_told(others))
      read_.warnings.push_back(fail(Code::kInvalidArgument, std::move(why), key));
  }
  // Neither a file nor a credential that this process sees holds the secret that `key` needs.
  void need_secret(const std::string& key, const std::vector<std::string>& others,
                   const std::string& credential, const std::string& why) const {
    if (credentials_ == Credentials::kOurs) refuse(key, others, why);
    if (credentials_ == Credentials::kUnknown)
      warn(key, others,
           "koinond does not start, unless the service manager hands over the credential " + credential +
               ": " + why);
  }

 private:
  bool any_told(const std::vector<std::string>& keys) const {
    const auto end = read_.faults.begin() + static_cast<std::ptrdiff_t>(told_);
    return std::any_of(read_.faults.begin(), end, [&](const Error& fault) {
      return std::any_of(keys.begin(), keys.end(), [&](const std::string& name) {
        const ConfigKey* key = find_config_key(name);
        return fault.field == name || (key != nullptr && fault.field == key->option);
      });
    });
  }

  ConfigRead& read_;
  Credentials credentials_;
  std::size_t told_;
};

void check_sso(const Together& all) {
  const Config& config = all.config();
  if (config.http_sso_header.empty()) {
    if (!config.http_sso_secret_file.empty())
      all.warn("http.sso_secret_file", {"http.sso_header"}, "it does nothing without http.sso_header");
    return;
  }
  // Only the operator knows who else can open the proxy's socket.
  if (!config.http_proxy_socket.empty()) return;
  if (sso_secret_file(config).empty())
    all.need_secret(
        "http.sso_header", {"http.sso_secret_file", "http.proxy_socket"}, "sso-secret",
        "it needs http.sso_secret_file: what the proxy sends in the header Koinon-SSO-Secret, so that no "
        "other program can say who it is; or http.proxy_socket, where no other program runs as the group of "
        "the proxy");
  if (config.http_proxies.empty())
    all.refuse("http.sso_header", {"http.proxies", "http.proxy_socket"},
               "it needs http.proxies or http.proxy_socket: who may send it");
}

void check_mail(const Together& all) {
  const Config& config = all.config();
  const bool has_account = !config.smtp_user.empty() || !config.smtp_password_file.empty();
  if (config.smtp_url.empty()) {
    if (has_account || !config.mail_from.empty())
      all.warn("mail.smtp", {}, "no mail is sent without it, whatever the other keys of mail say");
    return;
  }
  if (config.mail_from.empty())
    all.refuse("mail.smtp", {"mail.from"}, "it needs mail.from, the sender of mails");
  if (config.http_url.empty())
    all.refuse("mail.smtp", {"http.url"}, "it needs http.url, where links in mails lead");
  if (!config.smtp_user.empty() && mail_password_file(config).empty())
    all.need_secret("mail.user", {"mail.password_file"}, "mail-password", "it needs mail.password_file");
  if (config.smtp_user.empty() && !config.smtp_password_file.empty())
    all.refuse("mail.password_file", {"mail.user"}, "it needs mail.user");
}

void check_hub(const Together& all) {
  const Config& config = all.config();
  if (config.feeds_hub.empty()) return;
  if (config.http_url.empty())
    all.refuse("feeds.hub", {"http.url"}, "it needs http.url: where the hub fetches the feeds");
  if (!config.http_public)
    all.refuse("feeds.hub", {"http.public"},
               "it needs http.public = true: a hub hands feeds on to everybody");
  if (config.feeds_hub.starts_with("http:") && !config.private_webhooks)
    all.refuse("feeds.hub", {"webhooks.allow_private"},
               "it is an https address, unless webhooks.allow_private is true");
}

void check_store(const Together& all) {
  const Config& config = all.config();
  const bool on_server = !config.store_url.empty();
  if (config.reader && !on_server)
    all.refuse("reader", {"store.url"}, "it needs store.url: the server whose store it reads");
  if (on_server && config.store_max_bytes != 0)
    all.warn("store.max_bytes", {"store.url"},
             "it does nothing with store.url: the server has no such quota");
}

struct Place {
  const char* key;
  std::string address;
  std::uint16_t port;
};

bool is_everywhere(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

// Two that listen need two ports, but for two addresses of this machine. Any free port is nobody else's.
void check_ports(const Together& all) {
  const Config& config = all.config();
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
        all.refuse(one.key, {other.key},
                   std::string("it is the port of ") + other.key + "; choose another one");
    }
  }
}

// What koinond makes itself lies in a folder that is there.
void need_folder(const Together& all, const std::string& key, const std::string& file) {
  std::error_code unknown;
  const auto folder = std::filesystem::path(file).parent_path();
  if (!file.empty() && !std::filesystem::is_directory(folder, unknown))
    all.refuse(key, {}, "there is no folder " + folder.string());
}

void check_files(const Together& all) {
  const Config& config = all.config();
  // A reader makes its folder itself.
  const auto folder_of_ready_file = std::filesystem::path(config.ready_file).parent_path();
  if (!config.reader || folder_of_ready_file != std::filesystem::path(config.data))
    need_folder(all, "ready_file", config.ready_file);
  need_folder(all, "http.proxy_socket", config.http_proxy_socket);
  if (config.witness_listen.empty()) return;
  // The witness never holds up the city's own work: it goes on with the other lists.
  for (const std::string& list : config.witness_logs) {
    if (::access(list.c_str(), R_OK) != 0)
      all.warn("witness.logs", {}, "the list " + list + " cannot be read");
  }
}

void warn_of_proxies(const Together& all) {
  const Config& config = all.config();
  const bool over_tcp = !config.http_proxies.empty();
  if (over_tcp && config.http_listen.empty())
    all.warn("http.proxies", {"http.listen"}, "no proxy can connect, since http.listen is empty");
  if ((over_tcp || !config.http_proxy_socket.empty()) && config.http_url.empty())
    all.warn(over_tcp ? "http.proxies" : "http.proxy_socket", {"http.url"},
             "behind a proxy with TLS, browsers' forms are refused until http.url is set");
}

void warn_of_what_does_nothing(const Together& all) {
  const Config& config = all.config();
  if (!config.address.empty() && config.peer_listen.empty())
    all.warn("address", {"listen"}, "nobody listens there, since listen is empty");
  if (config.witness_listen.empty() && (!config.witness_logs.empty() || !config.witness_name.empty()))
    all.warn("witness.listen", {}, "nothing is witnessed without it, whatever the other keys of witness say");
  if (config.attachments_up_to > config.attachment_max_bytes)
    all.warn("attachments.fetch_up_to", {"attachments.max_bytes"},
             "it is more than attachments.max_bytes, so larger files do not come");
  warn_of_proxies(all);
}

}  // namespace

void check_config(ConfigRead& read) {
  check_together(read, Credentials::kOurs);
  if (read.file_is_read) check_secret_files(read.config, read.faults);
}

void check_together(ConfigRead& read, Credentials credentials) {
  if (!read.file_is_read) return;
  const Together all(read, credentials);
  check_sso(all);
  check_mail(all);
  check_hub(all);
  check_store(all);
  check_ports(all);
  check_files(all);
  warn_of_what_does_nothing(all);
}

}  // namespace koinon
