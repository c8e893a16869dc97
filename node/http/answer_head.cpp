#include "node/http/answer_head.h"

#include "node/text/time_text.h"

namespace koinon {
namespace http = boost::beast::http;

http::response<http::string_body> whole_answer(HttpResponse response, const AnswerForm& form) {
  http::response<http::string_body> out{static_cast<http::status>(response.status), form.version};
  out.set(http::field::server, "koinon");
  out.set(http::field::date, http_date(form.now));
  out.set(http::field::content_type, response.content_type);
  out.set("X-Content-Type-Options", "nosniff");
  out.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  out.set(http::field::cache_control, "no-store");
  out.set("Referrer-Policy", "no-referrer");
  out.set("Cross-Origin-Resource-Policy", "same-origin");
  for (const auto& [name, value] : response.headers) out.set(name, value);
  out.keep_alive(form.keep_alive);
  if (response.status == 204 || response.status == 304) return out;
  out.content_length(response.body.size());
  if (!form.head) out.body() = std::move(response.body);
  return out;
}

std::string stream_head(UnixMillis now, const std::map<std::string, std::string>& headers) {
  std::string text =
      "HTTP/1.1 200 OK\r\nDate: " + http_date(now) +
      "\r\nContent-Type: text/event-stream\r\nCache-Control: no-store, no-transform\r\nX-Accel-Buffering: "
      "no\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

}  // namespace koinon
