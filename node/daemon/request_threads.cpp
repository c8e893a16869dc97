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

Result<std::unique_ptr<RequestThreads>> make_request_threads(Config& config, const DataFolder& folder,
                                                             const Clock& clock, const DaemonLog& log,
                                                             const std::vector<GivenSocket>& given) {
  HttpServer::Options http;
  if (!given.empty()) config.http_listen = given.front().address;
  for (const GivenSocket& socket : given) http.given.push_back(socket.descriptor);
  http.listen = config.http_listen;
  http.port = config.http_port;
  http.socket = folder.socket();
  http.proxy_socket = config.http_proxy_socket;
  http.clock = clock.wall;
  http.mono = clock.mono;
  const auto on_lost = [&log](std::uint64_t lines) {
    log.warning(log_event::kRequestsUnwritten,
                "lines of the access log were dropped: nobody took them in time", {{"lines", lines}});
  };
  KOINON_ASSIGN(auto out, RequestThreads::make(std::move(http), config.access_log, on_lost));
  out->commons().story.set(config.story);
  return out;
}

}  // namespace koinon
