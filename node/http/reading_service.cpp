#include "node/http/reading_service.h"

#include "node/text/networks.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

ReadingThreads::For work_of(const HttpRequest& request) {
  return {visitor_of(request.remote), request.local, request.method == "GET"};
}

}  // namespace

ReadingService::ReadingService() : threads_(limits::kReadingThreads) {}

Result<std::unique_ptr<ReadingService>> ReadingService::make(const MakeApi& make_api,
                                                             const AccessOptions& access, Commons& commons,
                                                             std::function<MonoTime()> clock) {
  std::unique_ptr<ReadingService> out(new ReadingService());
  for (ReadingThreads::Number i = 0; i < out->threads_.count(); ++i) {
    KOINON_ASSIGN(auto api, make_api(out->threads_.context(i)));
    out->apis_.push_back(std::move(api));
  }
  // The tables of all are the same; the entrance only asks which address is meant.
  out->entrance_ =
      std::make_unique<Entrance>(out->apis_.front()->routes(), access, commons.refusals, std::move(clock));
  return out;
}

asio::awaitable<Admitted> ReadingService::admit(HttpRequest request, bool has_body) {
  const ReadingThreads::For who = work_of(request);
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  Admitted out =
      co_await threads_.run<Admitted>(who, [this, shared, has_body](ReadingThreads::Number number) {
        return apis_[number]->admit(std::move(*shared), has_body);
      });
  entrance_->charge(out.request, out.took);
  co_return out;
}

asio::awaitable<HttpResponse> ReadingService::answer(HttpRequest request) {
  const ReadingThreads::For who = work_of(request);
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  co_return co_await threads_.run<HttpResponse>(who, [this, shared](ReadingThreads::Number number) {
    return apis_[number]->handle(std::move(*shared));
  });
}

asio::awaitable<HttpResponse> ReadingService::refuse(HttpRequest request, Error error) {
  const ReadingThreads::For who = work_of(request);
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  co_return co_await threads_.run<HttpResponse>(who, [this, shared, error](ReadingThreads::Number number) {
    return apis_[number]->refuse(std::move(*shared), error);
  });
}

asio::awaitable<OpenedStream> ReadingService::open_stream(HttpRequest request) {
  struct OnThread {
    StartedStream stream;
    ReadingThreads::Number number = 0;
  };
  const ReadingThreads::For who = work_of(request);
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  OnThread begun = co_await threads_.run<OnThread>(
      who, [this, shared](ReadingThreads::Number number) -> asio::awaitable<OnThread> {
        StartedStream stream = co_await apis_[number]->begin_stream(std::move(*shared));
        co_return OnThread{std::move(stream), number};
      });
  OpenedStream out;
  out.refusal = std::move(begun.stream.refusal);
  if (out.refusal) co_return out;
  using News = std::optional<std::string>;
  out.next = [this, source = std::move(begun.stream.source), number = begun.number]() {
    return threads_.run_on<News>(number, [source]() -> asio::awaitable<News> {
      auto news = (*source)();
      co_return news.ok() ? News(std::move(*news)) : News();
    });
  };
  co_return out;
}

}  // namespace koinon
