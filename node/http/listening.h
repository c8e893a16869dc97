// Sockets at which clients connect. Whoever connects waits until somebody accepts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "proto/base/result.h"

namespace koinon {

// `port` 0: any free one. kInvalidArgument: `address` is no IP address. kIo: the port is taken, or may not be
// used.
Result<boost::asio::ip::tcp::acceptor> listen_on_tcp(boost::asio::io_context& io, const std::string& address,
                                                     std::uint16_t port);

// A Unix socket of mode 0660, whose group is that of its folder where the folder is setgid. A socket that a
// program left behind is replaced. `key` is the key of the configuration that an error names.
// kConflict: a program that runs serves there, or something else than a socket is there. kInvalidArgument:
// the path is too long. kIo: it cannot be made.
Result<boost::asio::local::stream_protocol::acceptor> listen_on_socket(boost::asio::io_context& io,
                                                                       const std::filesystem::path& path,
                                                                       const std::string& key);

}  // namespace koinon
