// Unix sockets: what a program left behind is replaced, and nothing else is.
#include "node/http/listening.h"

#include <cerrno>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "node/http/server.h"
#include "tests/temporary_folder.h"

namespace koinon::test::listening_test {
namespace {

using Local = boost::asio::local::stream_protocol;

TEST(Listening, ASocketThatNobodyServesIsReplaced) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "http.sock";
  boost::asio::io_context io;
  {
    auto before = listen_on_socket(io, path, "http.proxy_socket");
    ASSERT_TRUE(before.ok()) << before.error().text();
  }
  ASSERT_TRUE(std::filesystem::is_socket(path)) << "a program that dies leaves it";
  const auto now = listen_on_socket(io, path, "http.proxy_socket");
  ASSERT_TRUE(now.ok()) << now.error().text();
  Local::socket client(io);
  boost::system::error_code error;
  client.connect(Local::endpoint(path.string()), error);
  EXPECT_FALSE(error) << error.message();
}

// A start may fail between.
TEST(Listening, AServerThatIsBoundAndNeverStartedLeavesNoSocket) {
  const TemporaryFolder folder;
  HttpServer::Options options;
  options.socket = folder.path() / "koinond.sock";
  options.proxy_socket = folder.path() / "http.sock";
  {
    HttpServer server(options);
    ASSERT_TRUE(server.bind().ok());
    ASSERT_TRUE(std::filesystem::is_socket(options.socket) &&
                std::filesystem::is_socket(options.proxy_socket));
  }
  EXPECT_FALSE(std::filesystem::exists(options.socket));
  EXPECT_FALSE(std::filesystem::exists(options.proxy_socket));
}

TEST(Listening, AServerLeavesTheSocketsOfOthers) {
  const TemporaryFolder folder;
  HttpServer::Options options;
  options.socket = folder.path() / "koinond.sock";
  options.proxy_socket = folder.path() / "http.sock";
  boost::asio::io_context io;
  const auto others = listen_on_socket(io, options.proxy_socket, "http.proxy_socket");
  ASSERT_TRUE(others.ok());
  {
    HttpServer server(options);
    EXPECT_EQ(server.bind().error().code, Code::kConflict);
  }
  EXPECT_FALSE(std::filesystem::exists(options.socket));
  EXPECT_TRUE(std::filesystem::is_socket(options.proxy_socket));
}

TEST(Listening, OwnerAndGroupAloneMayOpenIt) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "http.sock";
  boost::asio::io_context io;
  const auto made = listen_on_socket(io, path, "http.proxy_socket");
  ASSERT_TRUE(made.ok());
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0660U);
}

TEST(Listening, AProgramThatRunsKeepsItsSocket) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "http.sock";
  boost::asio::io_context io;
  const auto first = listen_on_socket(io, path, "http.proxy_socket");
  ASSERT_TRUE(first.ok());
  const auto second = listen_on_socket(io, path, "http.proxy_socket");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_EQ(second.error().field, path.string());
  EXPECT_TRUE(std::filesystem::is_socket(path));
}

TEST(Listening, AProgramThatIsTooBusyToAnswerKeepsItsSocketAndIsNotWaitedFor) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "http.sock";
  boost::asio::io_context io;
  Local::acceptor busy(io);
  busy.open(Local());
  busy.bind(Local::endpoint(path.string()));
  busy.listen(0);
  const Local::endpoint there(path.string());
  std::vector<Local::socket> waiting;
  // Asio's connect hides that the queue is full.
  while (waiting.size() < 100) {
    waiting.emplace_back(io).open(Local());
    waiting.back().non_blocking(true);
    if (::connect(waiting.back().native_handle(), there.data(), static_cast<socklen_t>(there.size())) != 0)
      break;
  }
  ASSERT_EQ(errno, EAGAIN);
  EXPECT_EQ(listen_on_socket(io, path, "http.proxy_socket").error().code, Code::kConflict);
  EXPECT_TRUE(std::filesystem::is_socket(path));
}

TEST(Listening, AFileIsNoSocketAndStays) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "notes.txt";
  std::ofstream(path) << "of somebody";
  boost::asio::io_context io;
  const auto made = listen_on_socket(io, path, "http.proxy_socket");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kConflict);
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST(Listening, APathThatIsTooLongOrInNoFolderIsNamed) {
  const TemporaryFolder folder;
  boost::asio::io_context io;
  const auto longer = listen_on_socket(io, folder.path() / std::string(108, 'a'), "http.proxy_socket");
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.error().code, Code::kInvalidArgument);
  EXPECT_EQ(longer.error().field, "http.proxy_socket");
  const auto nowhere = listen_on_socket(io, folder.path() / "nowhere/http.sock", "http.proxy_socket");
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code, Code::kIo);
}

TEST(Listening, APortThatIsTakenAndAnAddressThatIsNoneAreNamed) {
  boost::asio::io_context io;
  const auto first = listen_on_tcp(io, "127.0.0.1", 0);
  ASSERT_TRUE(first.ok());
  const auto port = (*first)->local_endpoint().port();
  EXPECT_NE(port, 0);
  EXPECT_EQ(listen_on_tcp(io, "127.0.0.1", port).error().field, "http.port");
  EXPECT_EQ(listen_on_tcp(io, "localhost", 0).error().field, "http.listen");
}

}  // namespace
}  // namespace koinon::test::listening_test
