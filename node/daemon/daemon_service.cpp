// What the daemon tells a service manager: where its start stands, which threads it stands on, and how it is.
#include <utility>

#include <boost/asio/post.hpp>

#include "node/daemon/daemon.h"
#include "node/daemon/told_lines.h"

namespace koinon {
namespace asio = boost::asio;

// That a manager cannot be told is no reason not to serve.
void Daemon::tell_start(const ServiceManager& manager, std::string_view what,
                        std::chrono::seconds at_most) const {
  if (const Status told = manager.starting(what, at_most); !told.ok())
    log_.warning(log_event::kManagerUntold, "the start goes on untold", {{"reason", told.error().text()}});
}

// The courier and those that talk to witnesses are not among them: they wait for machines of others.
std::vector<Watchdog::Watched> Daemon::watched() {
  std::vector<Watchdog::Watched> out{
      {"network",
       [this](Watchdog::Done answer) { asio::post(engine_->network().context(), std::move(answer)); }},
      {"writer", [this](Watchdog::Done answer) { engine_->writer().ask(std::move(answer)); }},
      {"index", [this](Watchdog::Done answer) { arrivals_->ask_index(std::move(answer)); }},
      {"HTTP", [this](Watchdog::Done answer) { requests_->ask_server(std::move(answer)); }}};
  for (std::size_t i = 0; i < requests_->reading_threads(); ++i) {
    out.push_back({ReadingThreads::name_of(i),
                   [this, i](Watchdog::Done answer) { requests_->ask_reading(i, std::move(answer)); }});
  }
  return out;
}

std::string Daemon::status_line() const {
  std::string out = "Serves " + identity_.name;
  if (http_port() != 0) out += ", HTTP on port " + std::to_string(http_port());
  if (peer_port() != 0) out += ", peers on port " + std::to_string(peer_port());
  return served_line(out, alarms_->alarms());
}

}  // namespace koinon
