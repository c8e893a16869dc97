#include "node/http/listening.h"

#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>

namespace koinon {
namespace asio = boost::asio;
using boost::system::error_code;

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

Result<LocalAcceptor> listen_on_path(asio::io_context& io, const std::filesystem::path& path) {
  using Local = asio::local::stream_protocol;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (path.native().size() >= 108) {
    return fail(Code::kInvalidArgument, "the path of the data folder is too long for its socket (107 bytes)",
                "data");
  }
  auto out = std::make_shared<Local::acceptor>(io);
  error_code error;
  out->open(Local(), error);
  if (!error) out->bind(Local::endpoint(path.string()), error);
  if (!error) out->listen(asio::socket_base::max_listen_connections, error);
  if (!error && ::chmod(path.c_str(), 0660) == 0) return out;
  return fail(Code::kIo, "the socket cannot be made: " + error.message(), path.string());
}

}  // namespace koinon
