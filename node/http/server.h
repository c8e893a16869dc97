// HTTP/1.1 on a TCP address and on Unix sockets. One thread moves the bytes: it accepts connections, reads
// requests and writes answers. The answers are made on other threads (HttpService), so that here no request
// waits for another.
//
// Requests that are too large, slow or malformed are answered or dropped here and never reach a handler. A
// caller without the right is refused before the body is read.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "node/http/message.h"
#include "proto/base/types.h"

namespace koinon {

// A request that one thread looks at and another answers. It belongs to the service, which keeps with it what
// it has found out. The server only uses its HTTP part, and hands it back.
using RequestOnItsWay = std::shared_ptr<HttpRequest>;

// What the header of a request tells before anything else is read.
struct Looked {
  std::optional<HttpResponse> refusal;
  RequestOnItsWay request;  // only if it is not refused
  bool streams = false;     // the answer is an event stream
  bool unserved = false;    // nothing is at its address; refuse() says so in the words of a page
};

// `answer` is set if the request is refused, or has no body to wait for.
struct Admitted {
  std::optional<HttpResponse> answer;
  std::size_t body_limit = 0;  // bytes
};

// An event stream. `headers` go with those that every stream has. `next` gives the new events as text; an
// empty text: no news; nothing: the stream ends.
struct OpenedStream {
  std::optional<HttpResponse> refusal;
  std::map<std::string, std::string> headers;
  std::function<boost::asio::awaitable<std::optional<std::string>>()> next;
};

// Answers requests. It is called on the server's thread, which must never wait. So `look` reads and computes
// almost nothing. The other functions do their work on another thread and come back.
class HttpService {
 public:
  virtual ~HttpService() = default;
  virtual Looked look(HttpRequest request) = 0;
  // Finds out who asks, and whether they may. Answers a request without a body at once.
  virtual boost::asio::awaitable<Admitted> admit(RequestOnItsWay request, bool has_body) = 0;
  // Answers an admitted request with its body.
  virtual boost::asio::awaitable<HttpResponse> answer(RequestOnItsWay request) = 0;
  // The answer to an admitted request whose body could not be read.
  virtual boost::asio::awaitable<HttpResponse> refuse(RequestOnItsWay request, Error error) = 0;
  // For a route that streams.
  virtual boost::asio::awaitable<OpenedStream> open_stream(RequestOnItsWay request) = 0;
  // Whether the address is a trusted proxy's. Such a proxy has connections of all its visitors.
  virtual bool is_proxy(const std::string& address) const = 0;
  // A request is answered, or its stream is over. `exchange` is what the request carried, with the answer.
  virtual void ended(const Exchange& exchange) { (void)exchange; }
};

class HttpServer {
 public:
  struct Options {
    std::string listen;      // empty: no TCP
    std::uint16_t port = 0;  // 0: any free one
    // TCP sockets that listen already, in place of `listen` and `port`. bind() takes them over.
    std::vector<int> given = {};
    std::filesystem::path socket;  // Unix socket of operators, replaced if it is left over; empty: none
    // Unix socket of a reverse proxy, replaced if it is left over; empty: none. Whoever may open it is that
    // proxy: what it says of its visitors is believed.
    std::filesystem::path proxy_socket;
    std::function<UnixMillis()> clock;  // for the Date header of answers
    std::function<MonoTime()> mono;     // for how long answers take; none: 0 is told
  };

  explicit HttpServer(Options options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds the addresses. Clients that connect from now on wait until the server serves.
  Status bind();
  // Call it after bind(). `service` must live until stop() has returned.
  void start(HttpService& service);
  // Ends the thread, if it was started, and removes the Unix sockets that bind() has made.
  void stop();
  // From bind() on: of the first TCP socket.
  std::uint16_t port() const { return port_; }
  boost::asio::io_context& context() { return io_; }
  // Any thread: tells event streams to look for news.
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
