#include "node/http/server.h"

#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sys/stat.h>

#include "node/http/request_reader.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kKeepAlive{15};

http::response<http::string_body> to_beast(const HttpResponse& response, unsigned version, bool keep_alive,
                                           bool head) {
  http::response<http::string_body> out{static_cast<http::status>(response.status), version};
  out.set(http::field::server, "koinon");
  out.set(http::field::content_type, response.content_type);
  out.set("X-Content-Type-Options", "nosniff");
  out.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  out.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) out.set(name, value);
  out.keep_alive(keep_alive);
  if (!head) out.body() = response.body;
  out.content_length(response.body.size());
  return out;
}

}  // namespace

// Shared by the coroutines that serve one connection.
template <typename Protocol>
struct Client {
  explicit Client(typename Protocol::socket socket) : stream(std::move(socket)) {}
  beast::basic_stream<Protocol> stream;
  beast::flat_buffer buffer;
};

struct HttpServer::Impl {
  explicit Impl(asio::io_context& context) : io(context) {}

  template <typename Protocol>
  asio::awaitable<void> accept_loop(std::shared_ptr<typename Protocol::acceptor> acceptor, bool local) {
    asio::steady_timer pause(io);
    while (acceptor->is_open()) {
      error_code error;
      auto socket = co_await acceptor->async_accept(redirect_error(use_awaitable, error));
      if (error) {
        if (!acceptor->is_open()) co_return;
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(redirect_error(use_awaitable, error));
        continue;
      }
      if (connections >= limits::kHttpConnections) continue;  // the socket closes
      asio::co_spawn(io, serve<Protocol>(std::move(socket), local), asio::detached);
    }
  }

  template <typename Protocol>
  asio::awaitable<void> serve(typename Protocol::socket socket, bool local) {
    ++connections;
    const auto client = std::make_shared<Client<Protocol>>(std::move(socket));
    while (co_await serve_one(client, local)) {
    }
    error_code ignored;
    client->stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    --connections;
  }

  // Whether the connection is kept for a further request.
  template <typename ClientPointer>
  asio::awaitable<bool> serve_one(ClientPointer client, bool local) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits::kHttpHeaderBytes));
    // Whoever may use the node's own socket may also give it files.
    parser.body_limit(local ? limits::kAttachmentBytes : limits::kHttpBodyBytes);
    client->stream.expires_after(limits::kHttpDeadline);
    error_code error;
    co_await http::async_read(client->stream, client->buffer, parser, redirect_error(use_awaitable, error));
    if (error == http::error::end_of_stream || error == beast::error::timeout) co_return false;
    if (error) {
      const bool large = error == http::error::body_limit || error == http::error::header_limit;
      HttpResponse refusal = problem(large ? fail(Code::kTooLarge, "the request is too large")
                                           : fail(Code::kMalformed, "the request does not parse"));
      co_return co_await write(client, std::move(refusal), 11, false, false);
    }
    const auto raw = parser.release();
    const bool head = raw.method() == http::verb::head;
    auto request = read_http_request(raw, local);
    if (!request.ok()) {
      HttpResponse refusal = problem(request.error());
      co_return co_await write(client, std::move(refusal), raw.version(), false, head);
    }
    if (head) request->method = "GET";
    if (auto source = handlers.events(*request)) {
      if (!source->ok()) {
        HttpResponse refusal = problem(source->error());
        co_return co_await write(client, std::move(refusal), raw.version(), false, head);
      }
      EventSource events = std::move(**source);
      co_await stream_events(client, std::move(events));
      co_return false;
    }
    client->stream.expires_never();
    HttpResponse response = co_await handlers.handle(std::move(*request));
    client->stream.expires_after(limits::kHttpDeadline);
    co_return co_await write(client, std::move(response), raw.version(), raw.keep_alive(), head);
  }

  template <typename ClientPointer>
  asio::awaitable<bool> write(ClientPointer client, HttpResponse response, unsigned version, bool keep_alive,
                              bool head) {
    auto message = to_beast(response, version, keep_alive, head);
    http::response_serializer<http::string_body> serializer(message);
    error_code error;
    co_await http::async_write(client->stream, serializer, redirect_error(use_awaitable, error));
    co_return !error && keep_alive;
  }

  // text/event-stream until the client goes away. Without a length: the connection ends with it.
  template <typename ClientPointer>
  asio::awaitable<void> stream_events(ClientPointer client, EventSource source) {
    const auto send = [client](std::string text) -> asio::awaitable<bool> {
      client->stream.expires_after(limits::kHttpDeadline);
      error_code error;
      co_await asio::async_write(client->stream, asio::buffer(text), redirect_error(use_awaitable, error));
      co_return !error;
    };
    std::string text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
        "no-store\r\nX-Content-Type-Options: "
        "nosniff\r\nConnection: close\r\n\r\n";
    bool open = co_await send(std::move(text));
    const auto timer = std::make_shared<asio::steady_timer>(io);
    waiting.insert(timer);
    while (open && !stopping) {
      auto news = source();
      if (!news.ok()) break;
      if (!news->empty()) {
        open = co_await send(std::move(*news));
        continue;
      }
      timer->expires_after(kKeepAlive);
      error_code error;
      co_await timer->async_wait(redirect_error(use_awaitable, error));
      if (error || stopping) continue;
      text = ": still here\n\n";
      open = co_await send(std::move(text));
    }
    waiting.erase(timer);
  }

  asio::io_context& io;
  HttpHandlers handlers;
  std::shared_ptr<asio::ip::tcp::acceptor> tcp_acceptor;
  std::shared_ptr<asio::local::stream_protocol::acceptor> local_acceptor;
  std::set<std::shared_ptr<asio::steady_timer>> waiting;
  std::size_t connections = 0;
  bool stopping = false;
};

HttpServer::HttpServer(Options options) : options_(std::move(options)), impl_(std::make_unique<Impl>(io_)) {}
HttpServer::~HttpServer() { stop(); }

Status HttpServer::start(HttpHandlers handlers) {
  impl_->handlers = std::move(handlers);
  error_code error;
  if (!options_.listen.empty()) {
    const auto address = asio::ip::make_address(options_.listen, error);
    if (error) return fail(Code::kInvalidArgument, "it is not an IP address", "http.listen");
    const asio::ip::tcp::endpoint endpoint(address, options_.port);
    impl_->tcp_acceptor = std::make_shared<asio::ip::tcp::acceptor>(io_);
    impl_->tcp_acceptor->open(endpoint.protocol(), error);
    if (!error) impl_->tcp_acceptor->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) impl_->tcp_acceptor->bind(endpoint, error);
    if (!error) impl_->tcp_acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return fail(Code::kIo,
                  "HTTP cannot be served on " + options_.listen + ":" + std::to_string(options_.port) + ": " +
                      error.message() + "; choose another --http-port",
                  "http.port");
    }
    port_ = impl_->tcp_acceptor->local_endpoint(error).port();
    asio::co_spawn(io_, impl_->accept_loop<asio::ip::tcp>(impl_->tcp_acceptor, false), asio::detached);
  }
  // The data folder's lock is ours, so a socket that is there was left by a node that died.
  std::error_code ignored;
  std::filesystem::remove(options_.socket, ignored);
  using Local = asio::local::stream_protocol;
  impl_->local_acceptor = std::make_shared<Local::acceptor>(io_);
  if (options_.socket.native().size() >= 108) {
    return fail(Code::kInvalidArgument, "the path of the data folder is too long for its socket (107 bytes)",
                "data");
  }
  impl_->local_acceptor->open(Local(), error);
  if (!error) impl_->local_acceptor->bind(Local::endpoint(options_.socket.string()), error);
  if (!error) impl_->local_acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error || ::chmod(options_.socket.c_str(), 0660) != 0) {
    return fail(Code::kIo, "the socket cannot be made: " + error.message(), options_.socket.string());
  }
  asio::co_spawn(io_, impl_->accept_loop<Local>(impl_->local_acceptor, true), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
  return {};
}

void HttpServer::notify() {
  asio::post(io_, [this] {
    for (const auto& timer : impl_->waiting) timer->cancel();
  });
}

void HttpServer::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    impl_->stopping = true;
    io_.stop();
  });
  thread_.join();
  std::error_code ignored;
  std::filesystem::remove(options_.socket, ignored);
}

}  // namespace koinon
