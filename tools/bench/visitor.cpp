#include "tools/bench/visitor.h"

#include <boost/beast/http.hpp>

#include "tools/bench/processes.h"

namespace koinon {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {
constexpr std::size_t kLargestAnswer = 256U << 20U;
}

Status Visitor::connect() {
  boost::system::error_code error;
  if (socket_.is_open()) return {};
  socket_.open(tcp::v4(), error);
  if (!error) socket_.bind({asio::ip::make_address(address_), 0}, error);
  if (!error) socket_.connect({asio::ip::make_address("127.0.0.1"), port_}, error);
  if (error) return fail(Code::kUnavailable, "the node does not answer: " + error.message(), address_);
  return {};
}

Result<Visitor::Answer> Visitor::get(const std::string& target) {
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(connect());
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, "localhost");
  boost::system::error_code error;
  http::write(socket_, request, error);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestAnswer);
  if (!error) http::read(socket_, buffer_, parser, error);
  if (error) {
    socket_.close();
    return fail(Code::kUnavailable, "the node closed: " + error.message(), target);
  }
  if (!parser.get().keep_alive()) socket_.close();
  return Answer{parser.get().result_int(), parser.get().body().size(),
                std::string(parser.get()[http::field::etag]), seconds_since(begin)};
}

}  // namespace koinon
