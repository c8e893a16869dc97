// The sockets on which an HTTP server listens: those that it makes, and those that it was given. Whoever
// connects waits until somebody accepts.
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

// `port` 0: any free one. kInvalidArgument: `address` is no IP address. kIo: the port is taken, or may not be
// used.
Result<TcpAcceptor> listen_on_tcp(boost::asio::io_context& io, const std::string& address,
                                  std::uint16_t port);
// TCP sockets that listen already. Each descriptor belongs to its acceptor then.
Result<std::vector<TcpAcceptor>> take_listeners(boost::asio::io_context& io,
                                                const std::vector<int>& descriptors);

// A Unix socket of mode 0660, whose group is that of its folder where the folder is setgid. A socket that a
// program left behind is replaced. `key` is the key of the configuration that an error names.
// kConflict: a program that runs serves there, or may, or something else than a socket is there.
// kInvalidArgument: the path is too long. kIo: it cannot be made.
Result<LocalAcceptor> listen_on_socket(boost::asio::io_context& io, const std::filesystem::path& path,
                                       const std::string& key);

}  // namespace koinon
