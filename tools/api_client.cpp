#include "tools/api_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/url.hpp>

#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/daemon_listener.h"
#include "tools/progress.h"
#include "tools/start_hint.h"

namespace koinon {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
namespace {

constexpr std::size_t kAnswerBytes = 256 * limits::kMiB;
constexpr std::size_t kProblemBytes = 64 * limits::kKiB;
constexpr std::string_view kNotRunningId = "koinond.not_running";

using Socket = asio::local::stream_protocol::socket;

std::string how_to_start(const std::filesystem::path& data) {
  const StartHint hint = start_hint(data);
  return "start it with: " + hint.command +
         (hint.log.empty() ? "; it logs to its standard error" : "; its log: " + hint.log);
}

Error not_running(const std::filesystem::path& data) {
  Error error =
      fail(Code::kUnavailable, "koinond is not running for " + data.string() + "; " + how_to_start(data), "");
  error.id = kNotRunningId;
  return error;
}

Result<Socket> connect(asio::io_context& io, const std::filesystem::path& data) {
  const DataFolder folder(data);
  Socket socket(io);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(folder.socket().string()), error);
  // Where nobody answers, what is wrong with the folder says more.
  if (error) {
    if (const Status here = check_configured_node(folder); !here.ok())
      return fail(here.error().code, here.error().message, "");
  }
  if (error == boost::asio::error::access_denied) {
    return fail(Code::kRefused, "you may not use the node in " + data.string() + "; run this as its user",
                "");
  }
  if (error) return not_running(data);
  if (const auto listener = trusted_listener(socket.native_handle(), data); !listener.ok()) {
    Error fault = listener.error();
    fault.message += "; koinon doctor says what to do";
    return fault;
  }
  return socket;
}

Error read_problem(const std::string& body, unsigned status) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object())
    return fail(Code::kInternal, "the daemon answered " + std::to_string(status), "");
  const auto text = [&](const char* key) {
    const auto* found = value.as_object().if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  return fail(Code::kRefused, text("detail"), text("field"));
}

// What a header says in figures; 0: nothing that can be read.
std::uint64_t number_in(const std::string& text) {
  const auto number = parse_decimal(trimmed(text));
  return number.ok() ? *number : 0;
}

Error broken(const boost::system::error_code& error) {
  return fail(Code::kIo, "the connection to koinond broke: " + error.message(), "");
}

}  // namespace

bool is_not_running(const Error& error) { return error.id == kNotRunningId; }

Result<std::string> ApiClient::call(const std::string& method, const std::string& target,
                                    const std::string& body, const std::string& type) const {
  asio::io_context io;
  KOINON_ASSIGN(Socket socket, connect(io, data_));
  http::request<http::string_body> request{http::string_to_verb(method), target, 11};
  request.set(http::field::host, "koinond");
  request.set(http::field::connection, "close");
  if (!body.empty()) request.set(http::field::content_type, type);
  request.body() = body;
  request.prepare_payload();
  boost::system::error_code error;
  const WaitingLine waiting("waiting for koinond");
  http::write(socket, request, error);
  if (error) return broken(error);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytes);
  http::read(socket, buffer, parser, error);
  if (error) return broken(error);
  const auto response = parser.release();
  if (response.result_int() >= 300) return read_problem(response.body(), response.result_int());
  return response.body();
}

namespace {
Result<json::value> parse(const Result<std::string>& answer) {
  if (!answer.ok()) return answer.error();
  if (answer->empty()) return json::value(json::object());
  boost::system::error_code error;
  json::value value = json::parse(*answer, error);
  if (error) return fail(Code::kInternal, "the daemon's answer is not JSON", "");
  return value;
}
}  // namespace

Result<json::value> ApiClient::get_json(const std::string& target) const { return parse(get(target)); }
Result<json::value> ApiClient::post_json(const std::string& target, const json::value& body) const {
  return parse(call("POST", target, json::serialize(body)));
}
Result<json::value> ApiClient::post_bytes(const std::string& target, const std::string& bytes) const {
  return parse(call("POST", target, bytes, "application/octet-stream"));
}
Result<json::value> ApiClient::put_json(const std::string& target, const json::value& body) const {
  return parse(call("PUT", target, json::serialize(body)));
}
Result<json::value> ApiClient::patch_json(const std::string& target, const json::value& body) const {
  return parse(call("PATCH", target, json::serialize(body)));
}
Result<json::value> ApiClient::remove(const std::string& target) const {
  return parse(call("DELETE", target, ""));
}

Status ApiClient::stream(const std::string& target,
                         const std::function<bool(std::string_view)>& on_line) const {
  asio::io_context io;
  KOINON_ASSIGN(Socket socket, connect(io, data_));
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: koinond\r\nAccept: text/event-stream\r\n\r\n";
  boost::system::error_code error;
  asio::write(socket, asio::buffer(request), error);
  std::string buffer;
  bool in_head = true;
  unsigned refused = 0;  // the status, if what comes is no stream
  std::size_t length = 0;
  while (!error) {
    const std::size_t size = asio::read_until(socket, asio::dynamic_buffer(buffer), '\n', error);
    if (error) break;
    std::string line = buffer.substr(0, size - 1);
    buffer.erase(0, size);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (in_head) {
      in_head = !line.empty();
      const std::string header = ascii_lower(line);
      if (header.starts_with("http/1.1 ") && !header.starts_with("http/1.1 200"))
        refused = static_cast<unsigned>(number_in(header.substr(9, 3)));
      if (header.starts_with("content-length:"))
        length = std::min<std::size_t>(number_in(header.substr(15)), kProblemBytes);
      if (in_head || refused == 0) continue;
      if (buffer.size() < length)
        asio::read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(length - buffer.size()),
                   error);
      return read_problem(buffer, refused);
    }
    if (!on_line(line)) return {};
  }
  return fail(Code::kUnavailable, "koinond closed the stream", "");
}

std::string encode_segment(const std::string& text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

Result<std::string> record_target(const std::string& ref) {
  const auto slash = ref.rfind('/');
  if (slash == std::string::npos) {
    return fail(Code::kInvalidArgument, "a reference reads NAME/NUMBER, such as seoul.example/17", ref);
  }
  return "/api/v1/records/" + encode_segment(ref.substr(0, slash)) + "/" +
         encode_segment(ref.substr(slash + 1));
}

void put_given(json::object& request, std::string_view key, const std::string& value) {
  if (!value.empty()) request[key] = value;
}

std::string with_query(const std::string& path, const std::map<std::string, std::string>& query) {
  std::string out = path;
  char separator = '?';
  for (const auto& [key, value] : query) {
    if (value.empty()) continue;
    out += separator + encode_segment(key) + "=" + encode_segment(value);
    separator = '&';
  }
  return out;
}

}  // namespace koinon
