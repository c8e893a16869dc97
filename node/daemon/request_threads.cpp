#include "node/daemon/request_threads.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace koinon {

RequestThreads::RequestThreads(HttpServer::Options http, std::function<MonoTime()> mono, Messages messages)
    : mono_(std::move(mono)),
      messages_(std::move(messages)),
      commons_(mono_),
      passwords_(1),
      http_(std::move(http)) {}

Result<std::unique_ptr<RequestThreads>> RequestThreads::make(HttpServer::Options http,
                                                             std::function<MonoTime()> mono) {
  KOINON_ASSIGN(Messages messages, Messages::builtin());
  return std::unique_ptr<RequestThreads>(
      new RequestThreads(std::move(http), std::move(mono), std::move(messages)));
}

Status RequestThreads::start(const AccessOptions& access, const ReadingService::MakeSite& make_site) {
  KOINON_ASSIGN(reading_, ReadingService::make(make_site, access, commons_, mono_));
  reading_->start();
  http_.start(*reading_);
  return {};
}

void RequestThreads::ask_server(std::function<void()> answer) {
  boost::asio::post(http_.context(), std::move(answer));
}

void RequestThreads::stop() {
  http_.stop();
  if (reading_) reading_->stop();
  passwords_.join();
}

}  // namespace koinon
