// A connection to a node over TCP, like a browser's. It has an address of its own, so that the node sees a
// separate visitor.
#pragma once

#include <chrono>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "proto/base/result.h"

namespace koinon {

class Visitor {
 public:
  struct Answer {
    unsigned status = 0;
    std::size_t bytes = 0;
    std::string etag;
    double seconds = 0;
  };
  // `address`: one of 127.0.0.0/8.
  Visitor(std::string address, std::uint16_t port) : address_(std::move(address)), port_(port) {}
  Result<Answer> get(const std::string& target);

 private:
  Status connect();

  std::string address_;
  std::uint16_t port_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  boost::beast::flat_buffer buffer_;
};

}  // namespace koinon
