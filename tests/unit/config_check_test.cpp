// Values of the configuration that do not work together or name files that do not serve; the command line
// over the file; what a reload takes.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/daemon/config_reload.h"
#include "tests/temporary_folder.h"

namespace koinon::test::config_check_test {
namespace {

class ConfigCheck : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text, unsigned mode = 0600) {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  // What koinond would read with this file and these options.
  ConfigRead read_all(const std::string& text, std::map<std::string, std::string> options = {}) {
    ConfigSources sources;
    sources.file = file("koinond.toml", text);
    sources.options = std::move(options);
    ConfigRead read = read_config(folder.path().string(), sources);
    check_config(read);
    return read;
  }
  static std::vector<std::string> keys_of(const std::vector<Error>& errors) {
    std::vector<std::string> out;
    for (const Error& error : errors) out.push_back(error.field);
    std::sort(out.begin(), out.end());
    return out;
  }
  using Keys = std::vector<std::string>;

  TemporaryFolder folder;
};

TEST_F(ConfigCheck, SingleSignOnNeedsAProxyAndASecret) {
  const std::string secret = "http.sso_secret_file = \"" + file("secret", "what the proxy knows\n") + "\"\n";
  EXPECT_EQ(keys_of(read_all("http.sso_header = \"X-Remote-User\"\n").faults),
            (Keys{"http.sso_header", "http.sso_header"}));
  EXPECT_EQ(keys_of(read_all("http.sso_header = \"X-Remote-User\"\n" + secret).faults),
            Keys{"http.sso_header"});
  const ConfigRead whole = read_all("http.sso_header = \"X-Remote-User\"\nhttp.proxies = [\"::1\"]\n" +
                                    secret + "http.url = \"https://notes.seoul.example\"\n");
  EXPECT_EQ(keys_of(whole.faults), Keys{});
  EXPECT_EQ(keys_of(whole.warnings), Keys{});
  EXPECT_EQ(keys_of(read_all(secret).warnings), Keys{"http.sso_secret_file"});
}

TEST_F(ConfigCheck, AReaderNeedsTheServerWhoseStoreItReads) {
  EXPECT_EQ(keys_of(read_all("reader = true\n").faults), Keys{"reader"});
  const ConfigRead whole = read_all("reader = true\nreader_max_lag = 3\nstore.url = \"host=db.example\"\n");
  EXPECT_EQ(keys_of(whole.faults), Keys{});
  EXPECT_EQ(keys_of(whole.warnings), Keys{});
  EXPECT_EQ(keys_of(read_all("store.max_bytes = 1048576\nstore.url = \"host=db.example\"\n").warnings),
            Keys{"store.max_bytes"});
}

TEST_F(ConfigCheck, WhoDoesNotSeeTheCredentialsOfKoinondDoubtsAndDoesNotRefuse) {
  ConfigSources sources;
  sources.file = file("koinond.toml",
                      "http.sso_header = \"X-Remote-User\"\nhttp.proxies = [\"::1\"]\n"
                      "http.url = \"https://notes.seoul.example\"\nmail.smtp = \"smtp://127.0.0.1:25\"\n"
                      "mail.from = \"koinon@seoul.example\"\nmail.user = \"koinon\"\npassphrase_file = \"" +
                          file("words", "correct horse\n", 0644) + "\"\n");
  const auto check = [&](Credentials credentials) {
    ConfigRead read = read_config(folder.path().string(), sources);
    check_together(read, credentials);
    return read;
  };
  EXPECT_EQ(keys_of(check(Credentials::kOurs).faults), (Keys{"http.sso_header", "mail.user"}))
      << "files with secrets are not looked into";
  const ConfigRead unknown = check(Credentials::kUnknown);
  EXPECT_EQ(keys_of(unknown.faults), Keys{});
  EXPECT_EQ(keys_of(unknown.warnings), (Keys{"http.sso_header", "mail.user"}));
  EXPECT_EQ(keys_of(check(Credentials::kGiven).faults), Keys{});
  EXPECT_EQ(keys_of(check(Credentials::kGiven).warnings), Keys{});
}

TEST_F(ConfigCheck, AProxysOwnSocketStandsForProxiesAndSecret) {
  const std::string sso = "http.sso_header = \"X-Remote-User\"\n";
  const std::string url = "http.url = \"https://notes.seoul.example\"\n";
  const std::string socket = "http.proxy_socket = \"" + (folder.path() / "http.sock").string() + "\"\n";
  const std::string secret = "http.sso_secret_file = \"" + file("secret", "what the proxy knows\n") + "\"\n";
  const ConfigRead whole = read_all(sso + socket + url);
  EXPECT_EQ(keys_of(whole.faults), Keys{});
  EXPECT_EQ(keys_of(whole.warnings), Keys{});
  // Whether another program may open the socket only the operator knows: then a secret is asked for there
  // too.
  for (const std::string& others : {std::string(), std::string("http.proxies = [\"::1\"]\n")}) {
    const ConfigRead both = read_all(sso + socket + url + secret + others);
    EXPECT_EQ(keys_of(both.faults), Keys{}) << others;
    EXPECT_EQ(keys_of(both.warnings), Keys{}) << others;
  }
  EXPECT_EQ(keys_of(read_all(sso + socket).warnings), Keys{"http.proxy_socket"}) << "links need http.url";
  EXPECT_EQ(keys_of(read_all(sso + url + "http.proxy_socket = \"http.sock\"\n").faults),
            Keys{"http.proxy_socket"});
  EXPECT_EQ(keys_of(read_all(url + "http.proxy_socket = \"/nowhere/http.sock\"\n").faults),
            Keys{"http.proxy_socket"});
}

TEST_F(ConfigCheck, MailNeedsASenderLinksAndAWholeAccount) {
  EXPECT_EQ(keys_of(read_all("mail.smtp = \"smtp://127.0.0.1:25\"\n").faults),
            (Keys{"mail.smtp", "mail.smtp"}));
  const std::string mail =
      "mail.smtp = \"smtp://127.0.0.1:25\"\nmail.from = \"koinon@seoul.example\"\n"
      "http.url = \"https://notes.seoul.example\"\n";
  EXPECT_EQ(keys_of(read_all(mail).faults), Keys{});
  EXPECT_EQ(keys_of(read_all(mail + "mail.user = \"koinon\"\n").faults), Keys{"mail.user"});
  EXPECT_EQ(keys_of(read_all("mail.from = \"koinon@seoul.example\"\n").warnings), Keys{"mail.smtp"});
}

TEST_F(ConfigCheck, ASecretFileThatOthersMayReadIsRefused) {
  const auto faults = [&](unsigned mode, const std::string& text) {
    return keys_of(read_all("passphrase_file = \"" + file("words", text, mode) + "\"\n").faults);
  };
  EXPECT_EQ(faults(0600, "correct horse\n"), Keys{});
  EXPECT_EQ(faults(0644, "correct horse\n"), Keys{"passphrase_file"});
  EXPECT_EQ(faults(0660, "correct horse\n"), Keys{"passphrase_file"});
  EXPECT_EQ(faults(0600, ""), Keys{"passphrase_file"});
  EXPECT_EQ(keys_of(read_all("passphrase_file = \"/nowhere/words\"\n").faults), Keys{"passphrase_file"});
  const std::string sso =
      "http.proxies = [\"::1\"]\nhttp.sso_header = \"X-Remote-User\"\nhttp.sso_secret_file = \"";
  EXPECT_EQ(keys_of(read_all(sso + file("short", "too short\n") + "\"\n").faults),
            Keys{"http.sso_secret_file"});
}

TEST_F(ConfigCheck, TwoDoNotListenOnOnePort) {
  EXPECT_EQ(keys_of(read_all("http.port = 8470\n").faults), Keys{"http.port"})
      << "peers come to all addresses";
  EXPECT_EQ(keys_of(read_all("listen = \"192.0.2.7\"\nhttp.port = 8470\n").faults), Keys{});
  EXPECT_EQ(keys_of(read_all("listen = \"\"\nhttp.port = 8470\n").faults), Keys{});
  EXPECT_EQ(keys_of(read_all("peer.port = 0\nhttp.port = 0\nwitness.listen = \"127.0.0.1:0\"\n").faults),
            Keys{});
}

TEST_F(ConfigCheck, AWrongValueIsToldOnceAndNotAgainAsAMissingOne) {
  EXPECT_EQ(keys_of(read_all("http.sso_header = \"X-Remote-User\"\nhttp.proxies = [\"proxy\"]\n"
                             "http.sso_secret_file = \"secret\"\n")
                        .faults),
            (Keys{"http.proxies", "http.sso_secret_file"}));
  EXPECT_EQ(keys_of(read_all("http.sso_header = \n", {{"mail.smtp", "smtp://a.example"}}).faults),
            Keys{(folder.path() / "koinond.toml").string()})
      << "nobody knows what the file would say";
}

TEST_F(ConfigCheck, AnOptionWinsAndIsNamedAsItWasWritten) {
  const ConfigRead read =
      read_all("http.port = 8480\ntrust.hops = 3\n", {{"http.port", "8481"}, {"log.level", "loud"}});
  EXPECT_EQ(read.config.http_port, 8481);
  EXPECT_EQ(read.config.trust_hops, 3U);
  EXPECT_EQ(keys_of(read.faults), Keys{"--log-level"});
}

TEST_F(ConfigCheck, APathOfTheCommandLineBeginsWhereOneStands) {
  const ConfigRead read = read_all("", {{"signing.mark", "mark"}, {"witness.logs", "a,/b"}});
  EXPECT_EQ(read.config.signing_mark, (std::filesystem::current_path() / "mark").string());
  EXPECT_EQ(read.config.witness_logs,
            (std::vector<std::string>{(std::filesystem::current_path() / "a").string(), "/b"}));
}

TEST_F(ConfigCheck, AFileThatSomebodyNamesMustBeThere) {
  ConfigSources sources;
  sources.file = folder.path() / "nowhere.toml";
  EXPECT_TRUE(read_config(folder.path().string(), sources).faults.empty());
  sources.file_is_named = true;
  EXPECT_EQ(keys_of(read_config(folder.path().string(), sources).faults), Keys{sources.file.string()});
}

TEST_F(ConfigCheck, AReloadTakesWhatCanChangeAndNamesWhatCannot) {
  Config running;
  const ConfigRead read =
      read_all("log.level = \"debug\"\nalarms.peer_away_minutes = 3\nhttp.port = 8480\ntrust.hops = 2\n");
  const auto names = [](const std::vector<ConfigChange>& changes) {
    Keys out;
    for (const ConfigChange& change : changes)
      out.push_back(change.key + ":" + change.from + ":" + change.to);
    return out;
  };
  ConfigReload changes = reload_config(read.config, running);
  EXPECT_EQ(names(changes.taken), (Keys{"log.level:info:debug", "alarms.peer_away_minutes:10:3"}));
  EXPECT_EQ(names(changes.wait), Keys{"http.port:8471:8480"});
  EXPECT_EQ(running.log_level, "debug");
  EXPECT_EQ(running.http_port, 8471);
  changes = reload_config(read.config, running);
  EXPECT_EQ(names(changes.taken), Keys{});
  EXPECT_EQ(names(changes.wait), Keys{"http.port:8471:8480"}) << "told until the restart";
}

}  // namespace
}  // namespace koinon::test::config_check_test
