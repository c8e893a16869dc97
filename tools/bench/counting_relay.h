// Stands between two nodes and counts what passes: the records of TLS, without opening them (RFC 8446 §5.1).
#pragma once

#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace koinon {

class CountingRelay {
 public:
  struct Record {
    bool from_dialler = false;
    unsigned type = 0;      // 23: application data, and what of the handshake is encrypted
    std::size_t bytes = 0;  // with its header
  };
  // Passes each connection to a port of 127.0.0.1. A thread of its own does it until the relay ends.
  explicit CountingRelay(std::uint16_t to);
  ~CountingRelay();
  CountingRelay(const CountingRelay&) = delete;
  CountingRelay& operator=(const CountingRelay&) = delete;

  std::uint16_t port() const;
  // Any thread. All records since reset().
  std::vector<Record> seen() const;
  void reset();

 private:
  struct Pipe;
  void accept();

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t to_;
  mutable std::mutex mutex_;
  std::vector<Record> seen_;
  std::thread thread_;
};

// The records that are neither of the handshake nor before it. Both nodes have Ed25519 certificates, so the
// flights of the handshake are known: of type 23 the listener's are five, then the dialler's are three.
std::vector<CountingRelay::Record> after_handshake(const std::vector<CountingRelay::Record>& records);

}  // namespace koinon
