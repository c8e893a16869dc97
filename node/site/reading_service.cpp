#include "node/site/reading_service.h"

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
  out->clock_ = clock;
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

// What strangers send costs them as what they read does.
asio::awaitable<HttpResponse> ReadingService::answer(HttpRequest request) {
  struct Timed {
    HttpResponse response;
    MonoTime took{};
  };
  ReadingThreads::For who = work_of(request);
  const bool stranger = !request.local && request.caller.by == Caller::By::kNothing;
  const std::string address = request.remote;
  who.reads = who.reads || stranger;
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  Timed out = co_await threads_.run<Timed>(
      who, [this, shared](ReadingThreads::Number number) -> asio::awaitable<Timed> {
        const MonoTime began = clock_();
        HttpResponse response = co_await apis_[number]->handle(std::move(*shared));
        co_return Timed{std::move(response), clock_() - began};
      });
  if (stranger) entrance_->charge_time(address, out.took);
  co_return std::move(out.response);
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
    bool stranger = false;
  };
  const ReadingThreads::For who = work_of(request);
  const std::string address = request.remote;
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  OnThread begun = co_await threads_.run<OnThread>(
      who, [this, shared](ReadingThreads::Number number) -> asio::awaitable<OnThread> {
        StartedStream stream = co_await apis_[number]->begin_stream(std::move(*shared));
        const bool stranger = stream.stranger;
        co_return OnThread{std::move(stream), number, stranger};
      });
  OpenedStream out;
  out.refusal = std::move(begun.stream.refusal);
  if (out.refusal) co_return out;
  const auto stream = std::make_shared<Stream>(
      Stream{std::move(begun.stream.source), begun.number, who, address, begun.stranger, 0});
  out.next = [this, stream]() { return next_of_stream(stream); };
  co_return out;
}

// A stranger's stream ends where their time does, and after so many bytes; the browser opens another one,
// which counts as a request, and goes on from where it was.
asio::awaitable<std::optional<std::string>> ReadingService::next_of_stream(std::shared_ptr<Stream> stream) {
  struct Timed {
    std::optional<std::string> news;
    MonoTime took{};
  };
  if (stream->stranger && (stream->said >= limits::kStreamBytes || !entrance_->has_time(stream->address)))
    co_return std::nullopt;
  const auto source = stream->source;
  const auto read = [this, source]() -> asio::awaitable<Timed> {
    const MonoTime began = clock_();
    Timed done;
    // What a library throws ends the stream, as an error does.
    try {
      if (auto news = (*source)(); news.ok()) done.news = std::move(*news);
    } catch (const std::exception&) {
      done.news.reset();
    }
    done.took = clock_() - began;
    co_return done;
  };
  Timed out = co_await threads_.run_there<Timed>(stream->who, stream->number, read);
  if (stream->stranger) entrance_->charge_time(stream->address, out.took);
  if (out.news) stream->said += out.news->size();
  co_return std::move(out.news);
}

}  // namespace koinon
