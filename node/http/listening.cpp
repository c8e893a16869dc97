#include "node/http/listening.h"

#include <cerrno>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>

namespace koinon {
namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
namespace {

constexpr std::size_t kPathBytes = 107;  // of the address of a Unix socket (unix(7)), without its end

// Only where nobody listens is a connection refused. A program that is too busy to take one runs all the
// same, and must not be waited for; of a socket that may not be opened nobody knows.
Status remove_left_over(asio::io_context& io, const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(status)) return {};
  if (!std::filesystem::is_socket(status))
    return fail(Code::kConflict, "something else than a socket is there", path.string());
  Local::socket probe(io);
  error_code said;
  probe.open(Local(), said);
  if (!said) probe.non_blocking(true, said);
  if (!said) probe.connect(Local::endpoint(path.string()), said);
  if (!said || said == asio::error::no_buffer_space)
    return fail(Code::kConflict, "another program serves at this socket", path.string());
  if (said != asio::error::connection_refused)
    return fail(Code::kConflict, "another program may serve at this socket: " + said.message(),
                path.string());
  std::filesystem::remove(path, error);
  return {};
}

}  // namespace

Result<TcpAcceptor> listen_on_tcp(asio::io_context& io, const std::string& address, std::uint16_t port) {
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) return fail(Code::kInvalidArgument, "it is not an IP address", "http.listen");
  const asio::ip::tcp::endpoint endpoint(parsed, port);
  auto out = std::make_shared<asio::ip::tcp::acceptor>(io);
  out->open(endpoint.protocol(), error);
  if (!error) out->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) out->bind(endpoint, error);
  if (!error) out->listen(asio::socket_base::max_listen_connections, error);
  if (!error) return out;
  return fail(Code::kIo,
              "HTTP cannot be served on " + address + ":" + std::to_string(port) + ": " + error.message() +
                  "; choose another --http-port",
              "http.port");
}

Result<std::vector<TcpAcceptor>> take_listeners(asio::io_context& io, const std::vector<int>& descriptors) {
  std::vector<TcpAcceptor> out;
  error_code first;
  for (const int descriptor : descriptors) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const bool known = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    const auto protocol = known && address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    error_code error;
    auto acceptor = std::make_shared<asio::ip::tcp::acceptor>(io);
    acceptor->assign(protocol, descriptor, error);
    if (error && !first) first = error;
    out.push_back(std::move(acceptor));
  }
  if (first) return fail(Code::kIo, "a socket that was given cannot be used: " + first.message(), "http");
  return out;
}

Result<LocalAcceptor> listen_on_socket(asio::io_context& io, const std::filesystem::path& path,
                                       const std::string& key) {
  if (path.native().size() > kPathBytes)
    return fail(Code::kInvalidArgument, "the path of a socket has 107 bytes at most: " + path.string(), key);
  KOINON_TRY(remove_left_over(io, path));
  error_code error;
  auto out = std::make_shared<Local::acceptor>(io);
  out->open(Local(), error);
  if (!error) out->bind(Local::endpoint(path.string()), error);
  // Nobody can connect before it listens: by then it has its mode.
  if (!error && ::chmod(path.c_str(), 0660) != 0)
    error = error_code(errno, boost::system::generic_category());
  if (!error) out->listen(asio::socket_base::max_listen_connections, error);
  if (!error) return out;
  return fail(Code::kIo, "the socket cannot be made: " + error.message(), path.string());
}

}  // namespace koinon
