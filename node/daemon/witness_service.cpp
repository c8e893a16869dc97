#include "node/daemon/witness_service.h"

#include "node/text/forwarded.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

HttpResponse response_of(WitnessAnswer answer) {
  HttpResponse out{answer.status, std::move(answer.content_type), std::move(answer.body), {}};
  if (answer.retry_after > 0) out.headers["Retry-After"] = std::to_string(answer.retry_after);
  return out;
}

HttpResponse plain_refusal(unsigned status, const std::string& sentence) {
  return {status, "text/plain; charset=utf-8", sentence + "\n", {}};
}

// The method of an address; empty: nothing is there.
std::string method_of(const std::vector<std::string>& path) {
  if (path.size() == 1 && path[0] == "add-checkpoint") return "POST";
  if (path.size() == 2 && path[1] == "checkpoint") return "GET";
  return {};
}

}  // namespace

bool WitnessService::is_proxy(const std::string& address) const { return any_contains(proxies_, address); }

Looked WitnessService::look(HttpRequest request) {
  const std::string x_forwarded_for = request.header("x-forwarded-for");
  const std::string forwarded = request.header("forwarded");
  request.remote = sender_behind(request.peer, {x_forwarded_for, forwarded},
                                 [this](const std::string& address) { return is_proxy(address); });
  const auto refused = [](HttpResponse refusal) { return Looked{std::move(refusal), nullptr, false, false}; };
  if (!visitors_.take(visitor_of(request.remote), clock_())) {
    HttpResponse refusal = plain_refusal(429, "too many requests come from this address");
    refusal.headers["Retry-After"] = "10";
    return refused(std::move(refusal));
  }
  if (request.fault) return refused(problem(*request.fault));
  const std::string method = method_of(request.path);
  if (method.empty()) return refused(plain_refusal(404, "nothing is at this address of the witness"));
  if (request.method != method) {
    HttpResponse refusal = plain_refusal(405, "this address takes another method");
    refusal.headers["Allow"] = method;
    return refused(std::move(refusal));
  }
  return {std::nullopt, std::make_shared<HttpRequest>(std::move(request)), false, false};
}

asio::awaitable<Admitted> WitnessService::admit(RequestOnItsWay request, bool has_body) {
  Admitted out;
  out.body_limit = limits::kWitnessRequestBytes;
  if (!has_body || request->method == "GET") out.answer = co_await answer(request);
  co_return out;
}

asio::awaitable<HttpResponse> WitnessService::answer(RequestOnItsWay request) {
  if (request->method == "GET") co_return response_of(co_await witness_.checkpoint(request->path[0]));
  co_return response_of(co_await witness_.add_checkpoint(std::move(request->body)));
}

asio::awaitable<HttpResponse> WitnessService::refuse(RequestOnItsWay, Error error) {
  co_return problem(error);
}

asio::awaitable<OpenedStream> WitnessService::open_stream(RequestOnItsWay) {
  OpenedStream out;
  out.refusal = plain_refusal(404, "nothing is at this address of the witness");
  co_return out;
}

}  // namespace koinon
