// HTTP/1.1 on a TCP address and on a Unix socket, one thread.
//
// The handler and the event source are called on that thread. Requests over limits, slow or malformed ones
// are answered or dropped here and never reach a handler.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "node/http/message.h"

namespace koinon {

// Gives a server-sent-events client what is new: text to send, empty if nothing.
using EventSource = std::function<Result<std::string>()>;

struct HttpHandlers {
  std::function<boost::asio::awaitable<HttpResponse>(HttpRequest)> handle;
  // A source if the request is for an event stream.
  std::function<std::optional<Result<EventSource>>(const HttpRequest&)> events;
};

class HttpServer {
 public:
  struct Options {
    std::string listen;            // empty: no TCP
    std::uint16_t port = 0;        // 0: any free one
    std::filesystem::path socket;  // Unix socket, replaced if it is left over
  };

  explicit HttpServer(Options options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  Status start(HttpHandlers handlers);
  void stop();
  std::uint16_t port() const { return port_; }
  boost::asio::io_context& context() { return io_; }
  // Any thread: event streams look for what is new.
  void notify();

 private:
  struct Impl;
  boost::asio::io_context io_{1};
  Options options_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Impl> impl_;
  std::thread thread_;
};

}  // namespace koinon
