#include "node/daemon/request_threads.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "node/daemon/named_pool.h"

namespace koinon {

RequestThreads::RequestThreads(HttpServer::Options http, const std::string& access_log,
                               LineWriter::OnLost on_lost, Messages messages)
    : mono_(http.mono),
      wall_(http.clock),
      access_log_(access_log, std::move(on_lost)),
      messages_(std::move(messages)),
      commons_(mono_, http.clock()),
      passwords_(named_pool(1, "passwords")),
      http_(std::move(http)) {}

Result<std::unique_ptr<RequestThreads>> RequestThreads::make(HttpServer::Options http,
                                                             const std::string& access_log,
                                                             LineWriter::OnLost on_lost) {
  KOINON_ASSIGN(Messages messages, Messages::builtin());
  return std::unique_ptr<RequestThreads>(
      new RequestThreads(std::move(http), access_log, std::move(on_lost), std::move(messages)));
}

Status RequestThreads::start(const AccessOptions& access, ReadingService::MakeSite make_site) {
  KOINON_ASSIGN(reading_, ReadingService::make(std::move(make_site), access, commons_, mono_));
  reading_->on_exchange([this](const Exchange& exchange) { access_log_.write(exchange, wall_()); });
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
