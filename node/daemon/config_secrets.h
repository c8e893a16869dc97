// The secrets that the configuration names, read from their files. Where no file is named, a credential of
// the service manager counts ($CREDENTIALS_DIRECTORY, "Credentials" in systemd.exec(5)). Errors name the key;
// kRefused: others may read the file.
#pragma once

#include <string>

#include "node/daemon/config.h"

namespace koinon {

// Where they are; empty: nowhere. The credentials are `sso-secret` and `mail-password`.
std::string sso_secret_file(const Config& config);
std::string mail_password_file(const Config& config);

// What the proxy sends in Koinon-SSO-Secret: at least 16 bytes. Empty: there is none.
Result<std::string> read_sso_secret(const Config& config);
// Of the account at the mail server. Empty: there is none.
Result<std::string> read_mail_password(const Config& config);

// Whether each secret file can be read, by nobody but this user, and holds what it should. A pipe is not
// looked into: it can be read once.
void check_secret_files(const Config& config, std::vector<Error>& faults);

}  // namespace koinon
