#include "node/http/server.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "node/http/answer_head.h"
#include "node/http/exchange_watch.h"
#include "node/http/far_end.h"
#include "node/http/listening.h"
#include "node/http/request_reader.h"
#include "node/http/shares.h"
#include "node/text/forwarded.h"
#include "node/text/networks.h"
#include "proto/base/limits.h"
#include "proto/base/thread_name.h"

namespace koinon {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kKeepAlive{15};
constexpr std::size_t kThrownAway = 16 * limits::kKiB;  // at once

// While we listen, the socket at the path is ours: another program takes only what nobody serves.
void remove_socket(LocalAcceptor& ours, const std::filesystem::path& path) {
  std::error_code ignored;
  if (ours) std::filesystem::remove(path, ignored);
  ours.reset();
}

}  // namespace

// One connection. The coroutines that serve it share it.
template <typename Protocol>
struct Client {
  Client(typename Protocol::socket socket, const std::function<MonoTime()>& mono,
         std::optional<std::uint32_t> uid)
      : stream(std::move(socket)), exchanges(mono, uid) {}
  beast::basic_stream<Protocol> stream;
  beast::flat_buffer buffer;
  std::string visitor;  // the visitor of its last request; empty: the Unix socket
  bool unread = false;  // nobody will read what the client still sends
  bool gone = false;    // the client has left a stream
  ExchangeWatch exchanges;
};

struct HttpServer::Impl {
  Impl(asio::io_context& context, const Options& options)
      : io(context), clock(options.clock), mono(options.mono) {}

  // A proxy has connections of all its visitors. We only know whose they are when their requests are read.
  bool has_room(const std::string& peer) const { return shares_of(peer)->has_room(visitor_of(peer)); }
  const std::shared_ptr<Shares>& shares_of(const std::string& peer) const {
    if (peer.empty()) return local;
    return service->is_proxy(peer) ? proxied : direct;
  }

  // `who` stands for the other end of a socket that has no addresses; empty: what the system says.
  template <typename Protocol>
  asio::awaitable<void> accept_loop(std::shared_ptr<typename Protocol::acceptor> acceptor, std::string who) {
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
      std::string peer = who.empty() ? peer_address(socket) : who;
      if (!has_room(peer)) continue;  // the socket closes
      asio::co_spawn(io, serve<Protocol>(std::move(socket), std::move(peer)), asio::detached);
    }
  }

  template <typename Protocol>
  asio::awaitable<void> serve(typename Protocol::socket socket, std::string peer) {
    const Share share(shares_of(peer), visitor_of(peer));
    // The user of a proxy's process is nobody who asks for something.
    const auto uid = peer.empty() ? peer_uid(socket) : std::nullopt;
    const auto client = std::make_shared<Client<Protocol>>(std::move(socket), mono, uid);
    bool open = true;
    while (open) {
      open = co_await serve_one(client, peer);
      if (const auto done = client->exchanges.take(); done) service->ended(*done);
    }
    error_code ignored;
    client->stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    if (client->unread) co_await linger(client);
  }

  // If we close while bytes are unread, the connection is reset, and a browser that is still sending never
  // sees the answer. So for some time these bytes are read and thrown away.
  template <typename ClientPointer>
  static asio::awaitable<void> linger(ClientPointer client) {
    error_code error;
    client->stream.expires_after(limits::kHttpLinger);
    while (!error) {
      client->buffer.clear();
      co_await client->stream.async_read_some(client->buffer.prepare(kThrownAway),
                                              redirect_error(use_awaitable, error));
    }
  }

  // The answer to a request that is too large, in the form in which its address answers.
  template <typename ClientPointer>
  asio::awaitable<bool> refuse_large(ClientPointer client, RequestOnItsWay request, unsigned version,
                                     bool head) {
    client->unread = true;
    HttpResponse refusal = co_await service->refuse(std::move(request), parse_error(http::error::body_limit));
    co_return co_await write(client, std::move(refusal), version, false, head);
  }

  template <typename ClientPointer>
  asio::awaitable<bool> refuse(ClientPointer client, Error error, unsigned version, bool head) {
    HttpResponse refusal = problem(error);
    co_return co_await write(client, std::move(refusal), version, false, head);
  }

  // Returns whether the connection is kept for another request.
  template <typename ClientPointer>
  asio::awaitable<bool> serve_one(ClientPointer client, std::string peer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits::kHttpHeaderBytes));
    parser.body_limit(boost::none);  // what its address takes is known when the header is read
    client->stream.expires_after(limits::kHttpHeaderDeadline);
    error_code error;
    co_await http::async_read_header(client->stream, client->buffer, parser,
                                     redirect_error(use_awaitable, error));
    if (error == http::error::end_of_stream || error == beast::error::timeout) co_return false;
    client->exchanges.begin();
    if (error) co_return co_await refuse(client, header_error(error, client->buffer), 11, false);
    const bool head = parser.get().method() == http::verb::head;
    const unsigned version = parser.get().version();
    auto read = read_http_request(parser.get().base(), peer);
    if (!read.ok()) co_return co_await refuse(client, read.error(), version, head);
    client->exchanges.read(*read, head, version);
    if (head) read->method = "GET";
    client->visitor = read->local ? std::string() : visitor_of(read->remote);
    const Looked looked = service->look(std::move(*read));
    const RequestOnItsWay& request = looked.request;
    if (looked.refusal) co_return co_await refuse_unread(client, parser, *looked.refusal, version, head);
    // Now the visitor behind a proxy is known. Its requests under way are limited, as the connections of
    // other visitors are.
    std::optional<Share> visit;
    if (service->is_proxy(peer)) {
      const std::string visitor = visitor_of(request->remote);
      if (!visits->has_room(visitor)) {
        const HttpResponse busy =
            problem(fail(Code::kTooMany, "too many requests from this address are under way"));
        co_return co_await refuse_unread(client, parser, busy, version, head);
      }
      visit.emplace(visits, visitor);
      client->visitor = visitor;
    }
    if (looked.unserved) {
      client->stream.expires_never();
      HttpResponse sorry = co_await service->refuse(request, *request->fault);
      co_return co_await refuse_unread(client, parser, std::move(sorry), version, head);
    }
    const bool keep_alive = parser.get().keep_alive();
    if (looked.streams) co_return co_await serve_stream(client, request, version, head);
    client->stream.expires_never();
    const bool has_body = !parser.is_done();
    Admitted admitted = co_await service->admit(request, has_body);
    if (admitted.answer && has_body)
      co_return co_await refuse_unread(client, parser, *admitted.answer, version, head);
    if (admitted.answer)
      co_return co_await write(client, std::move(*admitted.answer), version, keep_alive, head);
    parser.body_limit(admitted.body_limit);
    if (parser.content_length().value_or(0) > admitted.body_limit)
      co_return co_await refuse_large(client, request, version, head);
    if (request->header("expect") == "100-continue") {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      client->stream.expires_after(limits::kHttpDeadline);
      co_await asio::async_write(client->stream, asio::buffer(kContinue),
                                 redirect_error(use_awaitable, error));
    }
    error = co_await read_body(client, parser);
    if (error == beast::error::timeout || error == http::error::partial_message) co_return false;
    if (error == http::error::body_limit) co_return co_await refuse_large(client, request, version, head);
    if (error) co_return co_await refuse(client, parse_error(error), version, head);
    request->body = std::move(parser.get().body());
    client->stream.expires_never();
    HttpResponse response = co_await service->answer(request);
    co_return co_await write(client, std::move(response), version, keep_alive, head);
  }

  // A slow line has time for a large file, and who sends a byte now and then has not.
  template <typename ClientPointer, typename Parser>
  static asio::awaitable<error_code> read_body(ClientPointer client, Parser& parser) {
    error_code error;
    parser.eager(true);
    std::size_t left = 0;  // of this piece
    while (!error && !parser.is_done()) {
      start_piece(*client, left);
      left -= std::min(left, co_await http::async_read_some(client->stream, client->buffer, parser,
                                                            redirect_error(use_awaitable, error)));
    }
    co_return error;
  }

  // Each piece of a body has the whole deadline.
  template <typename AnyClient>
  static void start_piece(AnyClient& client, std::size_t& left) {
    if (left > 0) return;
    client.stream.expires_after(limits::kHttpDeadline);
    left = limits::kHttpPieceBytes;
  }

  // The body of a refused change is not read, so no later request on this connection can be read.
  template <typename ClientPointer, typename Parser>
  asio::awaitable<bool> refuse_unread(ClientPointer client, const Parser& parser, HttpResponse refusal,
                                      unsigned version, bool head) {
    client->unread = !parser.is_done();
    const bool get = head || parser.get().method() == http::verb::get;
    const bool keep = get && parser.is_done() && parser.get().keep_alive();
    co_return co_await write(client, std::move(refusal), version, keep, head);
  }

  template <typename ClientPointer>
  asio::awaitable<bool> serve_stream(ClientPointer client, RequestOnItsWay request, unsigned version,
                                     bool head) {
    const bool counted = !request->local;
    const std::string visitor = visitor_of(request->remote);
    if (counted && !streams->has_room(visitor)) {
      co_return co_await refuse(
          client, fail(Code::kUnavailable, "too many event streams are open; close one, or try again later"),
          version, head);
    }
    std::optional<Share> share;
    if (counted) share.emplace(streams, visitor);
    OpenedStream opened = co_await service->open_stream(std::move(request));
    if (opened.refusal) co_return co_await write(client, std::move(*opened.refusal), version, false, head);
    client->exchanges.answers(200, 0);
    if (head) {
      const std::string text = stream_head(clock(), opened.headers);
      error_code ignored;
      client->stream.expires_after(limits::kHttpDeadline);
      co_await asio::async_write(client->stream, asio::buffer(text), redirect_error(use_awaitable, ignored));
      co_return false;
    }
    co_await stream_events(client, std::move(opened));
    co_return false;
  }

  template <typename ClientPointer>
  asio::awaitable<bool> write(ClientPointer client, HttpResponse response, unsigned version, bool keep_alive,
                              bool head) {
    // An answer is in memory until the client has read it. This limits a client that asks for much and reads
    // nothing.
    std::optional<Share> share;
    const std::size_t size = head ? 0 : response.body.size();
    if (size >= limits::kSendingLeast && !client->visitor.empty()) {
      if (sending->has_room(client->visitor, size)) {
        share.emplace(sending, client->visitor, size);
      } else {
        response = problem(
            fail(Code::kTooMany, "too much is on its way to this address already; try again in a minute"));
      }
    }
    client->exchanges.answers(response.status, head ? 0 : response.body.size());
    auto message = whole_answer(std::move(response), {clock(), version, keep_alive, head});
    http::response_serializer<http::string_body> serializer(message);
    error_code error;
    std::size_t left = 0;  // of this piece
    while (!error && !serializer.is_done()) {
      start_piece(*client, left);
      left -= std::min(left, co_await http::async_write_some(client->stream, serializer,
                                                             redirect_error(use_awaitable, error)));
    }
    co_return !error && keep_alive;
  }

  // A client of a stream sends nothing more. Anything that comes, above all its end, ends the stream. A
  // failing write would tell this too late: somebody who clicks through pages leaves a stream behind with
  // each of them.
  template <typename ClientPointer>
  static asio::awaitable<void> watch(ClientPointer client, std::shared_ptr<asio::steady_timer> timer) {
    error_code error;
    co_await client->stream.socket().async_wait(asio::socket_base::wait_read,
                                                redirect_error(use_awaitable, error));
    client->gone = true;
    timer->cancel();
  }

  // Sends text/event-stream until the client goes away. It has no length, so the connection ends with it. A
  // first line goes with the head, for proxies and clients that wait for a byte of the body.
  template <typename ClientPointer>
  asio::awaitable<void> stream_events(ClientPointer client, OpenedStream source) {
    const auto send = [client](std::string text) -> asio::awaitable<bool> {
      client->stream.expires_after(limits::kHttpDeadline);
      error_code error;
      co_await asio::async_write(client->stream, asio::buffer(text), redirect_error(use_awaitable, error));
      co_return !error;
    };
    std::string text = stream_head(clock(), source.headers) + ": here\n\n";
    bool open = co_await send(std::move(text));
    const auto timer = std::make_shared<asio::steady_timer>(io);
    waiting.insert(timer);
    asio::co_spawn(io, watch(client, timer), asio::detached);
    while (open && !stopping && !client->gone) {
      const std::uint64_t told = notified;
      auto news = co_await source.next();
      if (!news) break;
      if (!news->empty()) {
        open = co_await send(std::move(*news));
        continue;
      }
      if (told != notified || client->gone) continue;  // something new came during the question
      timer->expires_after(kKeepAlive);
      error_code error;
      co_await timer->async_wait(redirect_error(use_awaitable, error));
      if (error) continue;
      text = ": still here\n\n";
      open = co_await send(std::move(text));
    }
    waiting.erase(timer);
    error_code ignored;
    client->stream.socket().cancel(ignored);  // the coroutine that watches ends too
  }

  asio::io_context& io;
  std::function<UnixMillis()> clock;
  std::function<MonoTime()> mono;
  HttpService* service = nullptr;
  std::vector<TcpAcceptor> tcp_acceptors;
  LocalAcceptor local_acceptor;
  LocalAcceptor proxy_acceptor;
  std::set<std::shared_ptr<asio::steady_timer>> waiting;
  std::shared_ptr<Shares> direct =
      std::make_shared<Shares>(limits::kHttpConnectionsPerVisitor, limits::kHttpConnections);
  std::shared_ptr<Shares> proxied =
      std::make_shared<Shares>(limits::kHttpProxyConnections, limits::kHttpProxyConnections);
  std::shared_ptr<Shares> visits =  // requests under way of visitors behind a proxy
      std::make_shared<Shares>(limits::kHttpConnectionsPerVisitor, limits::kHttpProxyConnections);
  std::shared_ptr<Shares> local =
      std::make_shared<Shares>(limits::kHttpConnections, limits::kHttpConnections);
  std::shared_ptr<Shares> streams =
      std::make_shared<Shares>(limits::kHttpStreamsPerVisitor, limits::kHttpStreams);  // over TCP
  std::shared_ptr<Shares> sending =  // bytes of long answers over TCP
      std::make_shared<Shares>(limits::kSendingEach, limits::kSendingAll);
  std::uint64_t notified = 0;  // how often notify was called
  bool stopping = false;
};

HttpServer::HttpServer(Options options)
    : options_(std::move(options)), impl_(std::make_unique<Impl>(io_, options_)) {}
HttpServer::~HttpServer() { stop(); }

Status HttpServer::bind() {
  if (!options_.given.empty()) {
    KOINON_ASSIGN(impl_->tcp_acceptors, take_listeners(io_, options_.given));
  } else if (!options_.listen.empty()) {
    KOINON_ASSIGN(TcpAcceptor acceptor, listen_on_tcp(io_, options_.listen, options_.port));
    impl_->tcp_acceptors.push_back(std::move(acceptor));
  }
  error_code ignored;
  if (!impl_->tcp_acceptors.empty()) port_ = impl_->tcp_acceptors.front()->local_endpoint(ignored).port();
  if (!options_.socket.empty()) {
    KOINON_ASSIGN(impl_->local_acceptor, listen_on_socket(io_, options_.socket, "data"));
  }
  if (!options_.proxy_socket.empty()) {
    KOINON_ASSIGN(impl_->proxy_acceptor, listen_on_socket(io_, options_.proxy_socket, "http.proxy_socket"));
  }
  return {};
}

void HttpServer::start(HttpService& service) {
  impl_->service = &service;
  for (const TcpAcceptor& acceptor : impl_->tcp_acceptors)
    asio::co_spawn(io_, impl_->accept_loop<asio::ip::tcp>(acceptor, {}), asio::detached);
  if (impl_->local_acceptor)
    asio::co_spawn(io_, impl_->accept_loop<asio::local::stream_protocol>(impl_->local_acceptor, {}),
                   asio::detached);
  if (impl_->proxy_acceptor) {
    asio::co_spawn(
        io_,
        impl_->accept_loop<asio::local::stream_protocol>(impl_->proxy_acceptor, std::string(kProxySocket)),
        asio::detached);
  }
  thread_ = std::thread([this] {
    name_this_thread("http");
    io_.run();
  });
}

void HttpServer::notify() {
  asio::post(io_, [this] {
    ++impl_->notified;
    for (const auto& timer : impl_->waiting) timer->cancel();
  });
}

void HttpServer::stop() {
  if (thread_.joinable()) {
    asio::post(io_, [this] {
      impl_->stopping = true;
      io_.stop();
    });
    thread_.join();
  }
  remove_socket(impl_->local_acceptor, options_.socket);
  remove_socket(impl_->proxy_acceptor, options_.proxy_socket);
}

}  // namespace koinon
