// HTTP/1.1 on a TCP address and on a Unix socket, one thread.
//
// Handlers are called on that thread. Requests over limits, slow or malformed ones are answered or dropped
// here and never reach a handler; who may not ask is refused before the body is read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "node/http/message.h"
#include "node/http/routes.h"

namespace koinon {

// Whether a request may go on, and with how many bytes of body.
struct Admission {
  std::optional<HttpResponse> refusal;
  std::size_t body_limit = 0;
};

struct HttpHandlers {
  // Looks at a request before its body is read, and sets its route and caller.
  std::function<Admission(HttpRequest&)> admit;
  std::function<boost::asio::awaitable<HttpResponse>(HttpRequest)> handle;
  // The answer to an admitted request that was not read.
  std::function<HttpResponse(HttpRequest, const Error&)> refuse;
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
