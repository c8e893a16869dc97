// The sockets on which an HTTP server listens: those that it binds, and those that it was given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "proto/base/result.h"

namespace koinon {

using TcpAcceptor = std::shared_ptr<boost::asio::ip::tcp::acceptor>;
using LocalAcceptor = std::shared_ptr<boost::asio::local::stream_protocol::acceptor>;

// `address` is an IP address. kIo: the port is taken, or not ours to have.
Result<TcpAcceptor> listen_on_tcp(boost::asio::io_context& io, const std::string& address,
                                  std::uint16_t port);
// TCP sockets that listen already. Each descriptor belongs to its acceptor then.
Result<std::vector<TcpAcceptor>> take_listeners(boost::asio::io_context& io,
                                                const std::vector<int>& descriptors);
// A Unix socket that its owner and group may use. What lies at the path is replaced.
Result<LocalAcceptor> listen_on_path(boost::asio::io_context& io, const std::filesystem::path& path);

}  // namespace koinon
