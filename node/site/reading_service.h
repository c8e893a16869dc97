// Answers the HTTP server's requests on the reading threads. Each thread has a Site and connections of its
// own. The first thread's are made at the start, where whoever starts the node sees what is wrong with a
// database. Another thread's are made with its first request, which takes some milliseconds: a node that few
// read does without their memory.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "node/http/kept_answers.h"
#include "node/http/reading_threads.h"
#include "node/http/server.h"
#include "node/site/entrance.h"
#include "node/site/site.h"

namespace koinon {

class ReadingService final : public HttpService {
 public:
  // Makes the Site of one thread. It gets the thread's io_context. Any thread, several at a time, until
  // stop() has returned.
  using MakeSite = std::function<Result<std::unique_ptr<Site>>(boost::asio::io_context&)>;

  // `commons` must live longer than this.
  static Result<std::unique_ptr<ReadingService>> make(MakeSite make_site, const AccessOptions& access,
                                                      Commons& commons, std::function<MonoTime()> clock);
  // Once, before start(): is told of each request that is answered, on the HTTP server's thread.
  void on_exchange(std::function<void(const Exchange&)> told) { told_ = std::move(told); }
  void start() { threads_.start(); }
  void stop() { threads_.stop(); }
  std::size_t thread_count() const { return threads_.count(); }
  // Whether a reading thread still turns: called on it. Any thread.
  void ask(std::size_t thread, std::function<void()> answer);

  Looked look(HttpRequest request) override;
  bool is_proxy(const std::string& address) const override { return entrance_->is_proxy(address); }
  boost::asio::awaitable<Admitted> admit(RequestOnItsWay request, bool has_body) override;
  boost::asio::awaitable<HttpResponse> answer(RequestOnItsWay request) override;
  boost::asio::awaitable<HttpResponse> refuse(RequestOnItsWay request, Error error) override;
  boost::asio::awaitable<OpenedStream> open_stream(RequestOnItsWay request) override;
  void ended(const Exchange& exchange) override;

 private:
  ReadingService();
  struct Stream {
    std::shared_ptr<EventSource> source;
    ReadingThreads::Number number = 0;  // the thread on which it is read
    ReadingThreads::For who;
    std::string address;
    bool stranger = false;
    std::size_t said = 0;  // bytes
  };
  boost::asio::awaitable<std::optional<std::string>> next_of_stream(std::shared_ptr<Stream> stream);
  // The Site of a reading thread; on that thread. An error: it could not be made, and the next request tries
  // again.
  Result<Site*> site_of(ReadingThreads::Number number);
  // The answer to what somebody else has asked already, or is asking at this moment. Null: it is to be made.
  boost::asio::awaitable<std::shared_ptr<const HttpResponse>> answer_of_another(std::string key);
  // What is said of an address at which nothing is, and of a body that is too large. On that thread.
  boost::asio::awaitable<HttpResponse> refuse_there(ReadingThreads::Number number,
                                                    std::shared_ptr<ApiRequest> request, Error error);

  ReadingThreads threads_;  // lives longer than the work on it
  MakeSite make_site_;
  AccessOptions options_;
  std::vector<std::unique_ptr<Site>> sites_;  // each belongs to its thread
  std::unique_ptr<Entrance> entrance_;
  std::unique_ptr<KeptAnswers> kept_;
  // What is being made, and who waits for it: they wake when the timer is cancelled.
  using BeingMade = std::map<std::string, std::shared_ptr<boost::asio::steady_timer>>;
  std::shared_ptr<BeingMade> being_made_ = std::make_shared<BeingMade>();  // requests may outlive this
  std::function<MonoTime()> clock_;
  HttpMeasures* measures_ = nullptr;
  std::function<void(const Exchange&)> told_;
};

}  // namespace koinon
