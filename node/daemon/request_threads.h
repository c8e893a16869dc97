// The threads that answer people and programs: the HTTP server's, which only moves bytes; the reading
// threads, each with a Site of its own; and one for passwords, which take a tenth of a second each.
#pragma once

#include <memory>

#include <boost/asio/thread_pool.hpp>

#include "node/api/api.h"
#include "node/daemon/access_log.h"
#include "node/daemon/config.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/service_manager.h"
#include "node/http/server.h"
#include "node/pages/messages.h"
#include "node/site/reading_service.h"

namespace koinon {

class RequestThreads {
 public:
  // Nothing is served yet. The clock `mono` also says who may ask how often. `access_log`: its format;
  // `on_lost`: of its lines.
  static Result<std::unique_ptr<RequestThreads>> make(HttpServer::Options http, const std::string& access_log,
                                                      LineWriter::OnLost on_lost);
  ~RequestThreads() { stop(); }
  RequestThreads(const RequestThreads&) = delete;
  RequestThreads& operator=(const RequestThreads&) = delete;

  // Binds the addresses: who connects from now on waits until start().
  Status bind() { return http_.bind(); }
  // Once, after bind(). What the Sites refer to runs until stop() has returned; until then more are made.
  Status start(const AccessOptions& access, ReadingService::MakeSite make_site);
  // Joins the server's thread, then the reading threads, then the one for passwords. What they still hold of
  // requests goes with this.
  void stop();

  std::uint16_t port() const { return http_.port(); }  // from bind() on
  // Whether the server's thread, or one of the reading threads, still turns: called on it. Any thread,
  // between start() and stop().
  void ask_server(std::function<void()> answer);
  std::size_t reading_threads() const { return reading_->thread_count(); }
  void ask_reading(std::size_t thread, std::function<void()> answer) {
    reading_->ask(thread, std::move(answer));
  }
  // Any thread: event streams look for what is new.
  void notify() { http_.notify(); }

  // What all Sites share. Each is safe for any thread.
  Commons& commons() { return commons_; }
  const Messages& messages() const { return messages_; }
  boost::asio::thread_pool& passwords() { return passwords_; }

 private:
  RequestThreads(HttpServer::Options http, const std::string& access_log, LineWriter::OnLost on_lost,
                 Messages messages);

  std::function<MonoTime()> mono_;
  std::function<UnixMillis()> wall_;
  AccessLog access_log_;
  Messages messages_;
  Commons commons_;
  boost::asio::thread_pool passwords_;
  HttpServer http_;
  std::unique_ptr<ReadingService> reading_;
};

// Those of a data folder, as its configuration says. Where a socket was given the configured address counts
// for nothing: who reads is told the one that serves. `log` and `clock` outlive them.
Result<std::unique_ptr<RequestThreads>> make_request_threads(Config& config, const DataFolder& folder,
                                                             const Clock& clock, const DaemonLog& log,
                                                             const std::vector<GivenSocket>& given);

}  // namespace koinon
