// HTTP/1.1 on a TCP address and on a Unix socket, one thread, which only moves bytes: it accepts, reads
// requests and writes answers. What a request needs is read elsewhere (HttpService), so that none waits for
// another here.
//
// Requests over limits, slow or malformed ones are answered or dropped here and never reach a handler; who
// may not ask is refused before the body is read.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "node/http/message.h"
#include "proto/base/types.h"

namespace koinon {

// A request on its way: looked at on one thread, answered on another. It is the service's own, with what the
// service has found out about it; the server reads and writes its HTTP alone, and hands it back.
using RequestOnItsWay = std::shared_ptr<HttpRequest>;

// What a header alone says of a request.
struct Looked {
  std::optional<HttpResponse> refusal;
  RequestOnItsWay request;  // where it is not refused
  bool streams = false;     // it is answered by an event stream
};

// `answer` is there where the request is refused, or had no body to wait for.
struct Admitted {
  std::optional<HttpResponse> answer;
  std::size_t body_limit = 0;  // bytes
};

// An event stream. `next` gives what is new (empty: nothing), or nothing more.
struct OpenedStream {
  std::optional<HttpResponse> refusal;
  std::function<boost::asio::awaitable<std::optional<std::string>>()> next;
};

// Who answers. Called on the server's thread, which must never wait: `look` reads and computes next to
// nothing, the others go to a thread of their own and come back.
class HttpService {
 public:
  virtual ~HttpService() = default;
  virtual Looked look(HttpRequest request) = 0;
  // Who asks, and whether they may. A request without a body is answered at once.
  virtual boost::asio::awaitable<Admitted> admit(RequestOnItsWay request, bool has_body) = 0;
  // An admitted request with its body.
  virtual boost::asio::awaitable<HttpResponse> answer(RequestOnItsWay request) = 0;
  // The answer to an admitted request that was not read.
  virtual boost::asio::awaitable<HttpResponse> refuse(RequestOnItsWay request, Error error) = 0;
  // For a route that streams.
  virtual boost::asio::awaitable<OpenedStream> open_stream(RequestOnItsWay request) = 0;
  // Whether the other end is a trusted proxy, whose connections are those of all its visitors.
  virtual bool is_proxy(const std::string& address) const = 0;
};

class HttpServer {
 public:
  struct Options {
    std::string listen;                 // empty: no TCP
    std::uint16_t port = 0;             // 0: any free one
    std::filesystem::path socket;       // Unix socket, replaced if it is left over
    std::function<UnixMillis()> clock;  // what every answer says as its Date
  };

  explicit HttpServer(Options options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds the addresses: who connects from now on waits until it serves.
  Status bind();
  // After bind(). `service` outlives stop().
  void start(HttpService& service);
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
