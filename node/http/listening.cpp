#include "node/http/listening.h"

#include <sys/stat.h>

namespace koinon {
namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
namespace {

constexpr std::size_t kPathBytes = 107;  // of the address of a Unix socket (unix(7)), without its end

Status remove_left_over(asio::io_context& io, const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(status)) return {};
  if (!std::filesystem::is_socket(status))
    return fail(Code::kConflict, "something else than a socket is there", path.string());
  Local::socket probe(io);
  error_code refused;
  probe.connect(Local::endpoint(path.string()), refused);
  if (!refused) return fail(Code::kConflict, "another program serves at this socket", path.string());
  std::filesystem::remove(path, error);
  return {};
}

}  // namespace

Result<asio::ip::tcp::acceptor> listen_on_tcp(asio::io_context& io, const std::string& address,
                                              std::uint16_t port) {
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) return fail(Code::kInvalidArgument, "it is not an IP address", "http.listen");
  const asio::ip::tcp::endpoint endpoint(parsed, port);
  asio::ip::tcp::acceptor out(io);
  out.open(endpoint.protocol(), error);
  if (!error) out.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) out.bind(endpoint, error);
  if (!error) out.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return out;
  return fail(Code::kIo,
              "HTTP cannot be served on " + address + ":" + std::to_string(port) + ": " + error.message() +
                  "; choose another --http-port",
              "http.port");
}

Result<Local::acceptor> listen_on_socket(asio::io_context& io, const std::filesystem::path& path,
                                         const std::string& key) {
  if (path.native().size() > kPathBytes)
    return fail(Code::kInvalidArgument, "the path of a socket has 107 bytes at most: " + path.string(), key);
  KOINON_TRY(remove_left_over(io, path));
  error_code error;
  Local::acceptor out(io);
  out.open(Local(), error);
  if (!error) out.bind(Local::endpoint(path.string()), error);
  if (!error) out.listen(asio::socket_base::max_listen_connections, error);
  if (!error && ::chmod(path.c_str(), 0660) != 0)
    error = error_code(errno, boost::system::generic_category());
  if (!error) return out;
  return fail(Code::kIo, "the socket cannot be made: " + error.message(), path.string());
}

}  // namespace koinon
