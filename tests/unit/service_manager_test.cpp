// What a service manager is told and gives, byte by byte as its manual pages have it. Sockets that it gives:
// functional/test_service.py, where a process is started as a service.
#include "node/daemon/service_manager.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/daemon/data_folder.h"
#include "node/daemon/mark_file.h"
#include "node/daemon/part_options.h"
#include "tests/temporary_folder.h"

namespace koinon::test::service_manager_test {
namespace {

// Sets variables, and takes them away in the end.
class ServiceManagerTest : public testing::Test {
 protected:
  ~ServiceManagerTest() override {
    for (const std::string& name : set_) ::unsetenv(name.c_str());
    if (socket_ >= 0) ::close(socket_);
  }
  void set(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  // The manager's socket, at a path or, where the name begins with @, an abstract one.
  void listen(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(name.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
              0);
    const timeval patience{60, 0};
    ASSERT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    set("NOTIFY_SOCKET", name);
  }
  std::string heard() const {
    std::string text(4096, '\0');
    const auto size = ::recv(socket_, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(place.path() / name) << text;
    std::filesystem::permissions(place.path() / name,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  TemporaryFolder place;

 private:
  std::vector<std::string> set_;
  int socket_ = -1;
};

TEST_F(ServiceManagerTest, WithoutOneNothingIsGivenAndNothingGoesWrong) {
  auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok()) << manager.error().text();
  EXPECT_FALSE(manager->listens());
  EXPECT_FALSE(manager->watchdog());
  EXPECT_TRUE(manager->http_sockets()->empty());
  EXPECT_TRUE(manager->ready("Serves").ok());
  EXPECT_TRUE(manager->stopping().ok());
}

TEST_F(ServiceManagerTest, HearsEachWordAsTheProtocolHasIt) {
  listen((place.path() / "notify").string());
  auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok()) << manager.error().text();
  EXPECT_TRUE(manager->listens());
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr) << "no other program takes it for its own";
  ASSERT_TRUE(manager->starting("Opens its store", std::chrono::minutes(2)).ok());
  EXPECT_EQ(heard(), "STATUS=Opens its store\nEXTEND_TIMEOUT_USEC=120000000");
  ASSERT_TRUE(manager->ready("Serves seoul.example\nREADY=0").ok());
  EXPECT_EQ(heard(), "READY=1\nSTATUS=Serves seoul.example READY=0") << "a status is one line";
  ASSERT_TRUE(manager->is_at("Serves").ok());
  EXPECT_EQ(heard(), "STATUS=Serves");
  ASSERT_TRUE(manager->alive().ok());
  EXPECT_EQ(heard(), "WATCHDOG=1");
  ASSERT_TRUE(manager->stopping().ok());
  EXPECT_TRUE(heard().starts_with("STOPPING=1\n"));
}

// It compares the time with its own, and waits in vain for a reload of an earlier time.
TEST_F(ServiceManagerTest, HearsWhenAReloadBeganByItsOwnClock) {
  listen((place.path() / "notify").string());
  const auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok()) << manager.error().text();
  const auto microseconds = [] {
    timespec time{};
    EXPECT_EQ(::clock_gettime(CLOCK_MONOTONIC, &time), 0);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
  };
  const std::int64_t before = microseconds();
  ASSERT_TRUE(manager->reloading().ok());
  const std::string told = heard();
  const std::string begin = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_TRUE(told.starts_with(begin)) << told;
  const std::int64_t at = std::stoll(told.substr(begin.size()));
  EXPECT_GE(at, before);
  EXPECT_LE(at, microseconds());
}

TEST_F(ServiceManagerTest, HearsAtAnAbstractAddressToo) {
  listen("@koinon-test-" + std::to_string(::getpid()));
  const auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok());
  ASSERT_TRUE(manager->alive().ok());
  EXPECT_EQ(heard(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, OneThatCannotBeToldIsAnError) {
  const std::string long_one(200, '/');
  for (const std::string& address : {std::string("/nowhere/at/all"), std::string("vsock:2:1234"), long_one}) {
    set("NOTIFY_SOCKET", address);
    const auto manager = ServiceManager::from_environment();
    ASSERT_TRUE(manager.ok());
    EXPECT_EQ(manager->alive().error().code, Code::kUnavailable) << address;
  }
}

TEST_F(ServiceManagerTest, WatchesThisProcessAlone) {
  set("WATCHDOG_USEC", "2500000");
  auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok());
  EXPECT_EQ(manager->watchdog(), std::chrono::milliseconds(2500));
  set("WATCHDOG_USEC", "2500000");
  set("WATCHDOG_PID", std::to_string(::getpid() + 1));
  manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok());
  EXPECT_FALSE(manager->watchdog());
  for (const char* wrong : {"0", "soon", "-1"}) {
    set("WATCHDOG_USEC", wrong);
    EXPECT_EQ(ServiceManager::from_environment().error().code, Code::kInvalidArgument) << wrong;
  }
}

TEST_F(ServiceManagerTest, SocketsForAnotherProcessAreNotOurs) {
  set("LISTEN_PID", std::to_string(::getpid() + 1));
  set("LISTEN_FDS", "1");
  set("LISTEN_FDNAMES", "http");
  auto manager = ServiceManager::from_environment();
  ASSERT_TRUE(manager.ok()) << manager.error().text();
  EXPECT_TRUE(manager->http_sockets()->empty());
  set("LISTEN_PID", std::to_string(::getpid()));
  set("LISTEN_FDS", "many");
  EXPECT_EQ(ServiceManager::from_environment().error().field, "LISTEN_FDS");
}

TEST_F(ServiceManagerTest, SecretsAreItsCredentialsWhereNoFileIsNamed) {
  EXPECT_FALSE(credential("passphrase"));
  EXPECT_EQ(*read_passphrase(""), "");
  set("CREDENTIALS_DIRECTORY", place.path().string());
  EXPECT_FALSE(credential("passphrase")) << "there is none of that name";
  write("passphrase", "of the manager\n");
  write("named", "of the file\n");
  EXPECT_EQ(*read_passphrase(""), "of the manager");
  EXPECT_EQ(*read_passphrase((place.path() / "named").string()), "of the file");

  Config config;
  config.http_sso_header = "x-remote-user";
  config.http_proxies = {*AddressRange::parse("127.0.0.1")};
  EXPECT_EQ(api_options(config, 1)->access.sso_secret, "") << "there is none of that name";
  write("sso-secret", "what only the proxy knows\n");
  auto options = api_options(config, 1);
  ASSERT_TRUE(options.ok()) << options.error().text();
  EXPECT_EQ(options->access.sso_secret, "what only the proxy knows");
  config.http_proxies.clear();
  config.http_proxy_socket = "/run/koinon-proxy/http.sock";
  EXPECT_EQ(api_options(config, 1)->access.sso_secret, "what only the proxy knows") << "over the socket too";

  config.smtp_url = "smtps://mail.seoul.example:465";
  config.mail_from = "koinon@seoul.example";
  config.http_url = "https://notes.seoul.example";
  write("mail-password", "of the mail server\n");
  const auto mail = courier_options(config, NodeIdentity());
  ASSERT_TRUE(mail.ok()) << mail.error().text();
  EXPECT_EQ(mail->smtp.password, "of the mail server");
}

TEST_F(ServiceManagerTest, TheMarkLiesInTheFolderThatItGives) {
  EXPECT_EQ(MarkFile::usual_folders().front(), "/run/koinon");
  set("RUNTIME_DIRECTORY", "/run/koinon-busan:/run/another");
  EXPECT_EQ(MarkFile::usual_folders()[0], "/run/koinon-busan");
  EXPECT_EQ(MarkFile::usual_folders()[1], "/run/koinon") << "where an earlier run may have left one";
}

}  // namespace
}  // namespace koinon::test::service_manager_test
