#include "node/site/reading_service.h"

#include <string_view>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/pchars.hpp>

#include "node/api/call_gate.h"
#include "node/text/networks.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

ReadingThreads::For work_of(const ApiRequest& request) {
  return {visitor_of(request.remote), request.local, request.method == "GET"};
}

// A request with what `look` has found out.
struct Asked : ApiRequest {
  explicit Asked(HttpRequest request) : ApiRequest(std::move(request)) {}
  std::string key;  // under which its answer may be kept; empty: it may not
};

// The server only hands back requests that `look` made.
std::shared_ptr<Asked> asked_of(const RequestOnItsWay& request) {
  return std::static_pointer_cast<Asked>(request);
}

// Two who ask this get the same: strangers who read what logs hold. What else anybody may ask, such as what a
// one-time link opens, belongs to one visitor, or depends on accounts, whose changes nobody counts.
bool may_be_kept(const ApiRequest& request, const AccessOptions& options) {
  if (request.local || request.throttled || request.fault || request.route == nullptr) return false;
  const Route& route = *request.route;
  const bool of_logs = route.need == Need::kReading || route.pattern.starts_with("/log/");
  return options.public_reading && of_logs && request.method == "GET" && route.stream == nullptr &&
         !names_somebody(request, options);
}

// Who has one of these may do something: a one-time link is no secret any more once it is written down.
constexpr std::string_view kSecretArgument = "code";
// Of an address's path, with the slashes of what takes several segments.
constexpr auto kPathChars = boost::urls::pchars + boost::urls::grammar::lut_chars('/');

// The pattern with what stands in the place of its names, as it was sent, encoded.
std::string address_of(const ApiRequest& request) {
  std::string out;
  std::string_view left = request.route->pattern;
  while (!left.empty()) {
    const auto open = left.find('{');
    out += left.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = left.find('}', open);
    std::string name(left.substr(open + 1, close - open - 1));
    if (name.ends_with("...")) name.resize(name.size() - 3);
    out += name == kSecretArgument ? "{" + name + "}"
                                   : std::string(boost::urls::encode(request.arg(name), kPathChars));
    left.remove_prefix(close + 1);
  }
  return out;
}

// What is told of a request later. Its query is left out: it may have a key, or what a person searches for.
// So is an address at which nothing is: a mistyped link may be as secret as the right one.
void note_address(const ApiRequest& request) {
  if (!request.exchange) return;
  Exchange& told = *request.exchange;
  told.address = request.remote;
  told.agent = request.header("user-agent");
  if (request.route == nullptr) return;
  told.route = request.route->id;
  told.target = address_of(request);
  told.streams = request.route->stream != nullptr;
}

}  // namespace

ReadingService::ReadingService() : threads_(limits::kReadingThreads) {}

Result<std::unique_ptr<ReadingService>> ReadingService::make(MakeSite make_site, const AccessOptions& access,
                                                             Commons& commons,
                                                             std::function<MonoTime()> clock) {
  std::unique_ptr<ReadingService> out(new ReadingService());
  out->make_site_ = std::move(make_site);
  out->sites_.resize(out->threads_.count());
  if (const auto first = out->site_of(0); !first.ok()) return first.error();
  out->clock_ = clock;
  out->measures_ = &commons.http;
  // All threads have the same table of routes. The entrance only looks up addresses in it.
  out->options_ = access;
  out->kept_ = std::make_unique<KeptAnswers>(
      limits::kKeptAnswersBytes, [&commons] { return commons.shown.now(); }, clock);
  out->entrance_ =
      std::make_unique<Entrance>(out->sites_.front()->routes(), access, commons.refusals, std::move(clock));
  return out;
}

Result<Site*> ReadingService::site_of(ReadingThreads::Number number) {
  std::unique_ptr<Site>& site = sites_[number];
  if (site) return site.get();
  try {
    KOINON_ASSIGN(site, make_site_(threads_.context(number)));
  } catch (const std::exception& error) {
    return CallGate::fault(error);
  }
  return site.get();
}

void ReadingService::ask(std::size_t thread, std::function<void()> answer) {
  asio::post(threads_.context(thread), std::move(answer));
}

Looked ReadingService::look(HttpRequest request) {
  const auto asked = std::make_shared<Asked>(std::move(request));
  auto refusal = entrance_->look(*asked);
  note_address(*asked);
  if (refusal) return {std::move(refusal), nullptr, false, false};
  if (asked->fault) return {std::nullopt, asked, false, true};
  if (may_be_kept(*asked, options_)) {
    asked->key = KeptAnswers::key_of(*asked);
    if (const auto kept = kept_->find(asked->key)) return {*kept, nullptr, false, false};
  }
  return {std::nullopt, asked, asked->route->stream != nullptr, false};
}

namespace {

// While it lives, others who ask the same wait for this answer.
class Making {
 public:
  using All = std::map<std::string, std::shared_ptr<asio::steady_timer>>;
  Making(std::shared_ptr<All> all, std::string key, const asio::any_io_executor& executor)
      : all_(std::move(all)), key_(std::move(key)) {
    if (key_.empty()) return;
    timer_ = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    (*all_)[key_] = timer_;
  }
  ~Making() {
    if (!timer_) return;
    // Whoever has waited in vain may have begun to make it for himself.
    if (const auto mine = all_->find(key_); mine != all_->end() && mine->second == timer_) all_->erase(mine);
    timer_->cancel();
  }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

 private:
  std::shared_ptr<All> all_;
  std::string key_;
  std::shared_ptr<asio::steady_timer> timer_;
};

}  // namespace

asio::awaitable<std::shared_ptr<const HttpResponse>> ReadingService::answer_of_another(std::string key) {
  const auto making = being_made_->find(key);
  if (making == being_made_->end()) co_return nullptr;
  const std::shared_ptr<asio::steady_timer> timer = making->second;
  boost::system::error_code cancelled;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  co_return kept_->find(key);
}

asio::awaitable<Admitted> ReadingService::admit(RequestOnItsWay request, bool has_body) {
  const auto asked = asked_of(request);
  const auto admit = [this, asked, has_body](ReadingThreads::Number number) -> asio::awaitable<Admission> {
    const auto site = site_of(number);
    if (!site.ok()) co_return Admission{problem(site.error())};
    co_return co_await (*site)->admit(asked, has_body);
  };
  const std::string key = has_body ? std::string() : asked->key;
  if (!key.empty()) {
    if (const auto kept = co_await answer_of_another(key)) co_return Admitted{*kept, 0};
  }
  const Making making(being_made_, key, co_await asio::this_coro::executor);
  const std::uint64_t state = kept_->state();
  Admission done = co_await threads_.run<Admission>(work_of(*asked), admit);
  entrance_->charge(*asked, done.took);
  if (done.answer && asked->caller.by == Caller::By::kNothing) kept_->keep(key, *done.answer, state);
  if (asked->exchange) asked->exchange->who = asked->caller.name;
  co_return Admitted{std::move(done.answer), done.body_limit};
}

// What a stranger sends counts like what a stranger reads.
asio::awaitable<HttpResponse> ReadingService::answer(RequestOnItsWay request) {
  struct Timed {
    HttpResponse response;
    MonoTime took{};
  };
  const auto asked = asked_of(request);
  ReadingThreads::For who = work_of(*asked);
  const bool stranger = !asked->local && asked->caller.by == Caller::By::kNothing;
  const std::string address = asked->remote;
  who.reads = who.reads || stranger;
  Timed out = co_await threads_.run<Timed>(
      who, [this, asked](ReadingThreads::Number number) -> asio::awaitable<Timed> {
        const MonoTime began = clock_();
        const auto site = site_of(number);
        if (!site.ok()) co_return Timed{problem(site.error()), clock_() - began};
        HttpResponse response = co_await (*site)->handle(std::move(*asked));
        co_return Timed{std::move(response), clock_() - began};
      });
  if (stranger) entrance_->charge_time(address, out.took);
  co_return std::move(out.response);
}

asio::awaitable<HttpResponse> ReadingService::refuse_there(ReadingThreads::Number number,
                                                           std::shared_ptr<ApiRequest> request, Error error) {
  const auto site = site_of(number);
  if (!site.ok()) co_return problem(site.error());
  co_return co_await (*site)->refuse(*request, error);
}

asio::awaitable<HttpResponse> ReadingService::refuse(RequestOnItsWay request, Error error) {
  struct Timed {
    HttpResponse response;
    MonoTime took{};
  };
  const auto asked = asked_of(request);
  Timed out = co_await threads_.run<Timed>(
      work_of(*asked), [this, asked, error](ReadingThreads::Number number) -> asio::awaitable<Timed> {
        const MonoTime began = clock_();
        HttpResponse response = co_await refuse_there(number, asked, error);
        co_return Timed{std::move(response), clock_() - began};
      });
  // What has a route was charged when it was admitted.
  if (asked->fault) entrance_->charge(*asked, out.took);
  co_return std::move(out.response);
}

void ReadingService::ended(const Exchange& exchange) {
  measures_->count(exchange);
  if (told_) told_(exchange);
}

asio::awaitable<OpenedStream> ReadingService::open_stream(RequestOnItsWay request) {
  struct OnThread {
    StartedStream stream;
    ReadingThreads::Number number = 0;
    bool stranger = false;
  };
  const auto asked = asked_of(request);
  const ReadingThreads::For who = work_of(*asked);
  const std::string address = asked->remote;
  OnThread begun = co_await threads_.run<OnThread>(
      who, [this, asked](ReadingThreads::Number number) -> asio::awaitable<OnThread> {
        const auto site = site_of(number);
        if (!site.ok()) {
          OnThread refused;
          refused.stream.refusal = problem(site.error());
          co_return refused;
        }
        StartedStream stream = co_await (*site)->begin_stream(std::move(*asked));
        const bool stranger = stream.stranger;
        co_return OnThread{std::move(stream), number, stranger};
      });
  OpenedStream out;
  out.refusal = std::move(begun.stream.refusal);
  if (out.refusal) co_return out;
  out.headers = std::move(begun.stream.headers);
  const auto stream = std::make_shared<Stream>(
      Stream{std::move(begun.stream.source), begun.number, who, address, begun.stranger, 0});
  out.next = [this, stream]() { return next_of_stream(stream); };
  co_return out;
}

// A stranger's stream ends when the stranger's time is used up, or after a number of bytes. The browser then
// opens another one, which counts as a request, and goes on from the same place.
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
    // An exception of a library ends the stream, as an error does.
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
