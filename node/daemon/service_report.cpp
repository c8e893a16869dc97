#include "node/daemon/service_report.h"

#include <utility>

#include "proto/base/clock.h"

namespace koinon {
namespace {

// Where the manager does not watch, a thread that hangs is still told to the log.
constexpr std::chrono::minutes kUnwatched{5};

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

ServiceReport::ServiceReport(const ServiceManager& manager, RunningNode& node)
    : manager_(manager), node_(node), shown_(node.status_line()) {
  note(manager_.ready(shown_));
  if (manager_.listens()) watch();
}

void ServiceReport::watch() {
  Watchdog::Parts parts;
  parts.limit = manager_.watchdog().value_or(kUnwatched);
  parts.threads = node_.watched();
  parts.clock = system_clock().mono;
  parts.on_well = [this] {
    if (manager_.watchdog()) note(manager_.alive());
  };
  parts.on_silent = [this](const std::string& thread) {
    node_.log().error(log_event::kThreadSilent,
                      "a thread does not answer; if it never does, the service manager restarts this node",
                      {{"thread", thread}});
  };
  parts.on_back = [this](const std::string& thread) {
    node_.log().warning(log_event::kThreadAnswers, "the thread answers again", {{"thread", thread}});
  };
  parts.on_turn = [this](const std::vector<std::string>& silent) { show(silent); };
  watchdog_.emplace(std::move(parts));
}

// A manager that cannot be told is told of once, until it can.
void ServiceReport::note(const Status& told) {
  if (!told.ok() && told_)
    node_.log().warning(log_event::kManagerUntold, "the service manager is not told how this node is",
                        {{"reason", told.error().text()}});
  told_ = told.ok();
}

void ServiceReport::show(const std::vector<std::string>& silent) {
  std::string now = node_.status_line();
  if (!silent.empty()) now = "Hangs: these threads do not answer: " + listed(silent);
  if (now == shown_) return;
  shown_ = std::move(now);
  note(manager_.is_at(shown_));
}

void ServiceReport::reloading() {
  if (const Status told = manager_.reloading(); !told.ok())
    node_.log().warning(log_event::kManagerUntold, "the service manager is not told of a reload",
                        {{"reason", told.error().text()}});
}

void ServiceReport::reloaded() {
  if (const Status told = manager_.ready(node_.status_line()); !told.ok())
    node_.log().warning(log_event::kManagerUntold, "the service manager is not told of a reload",
                        {{"reason", told.error().text()}});
}

void ServiceReport::stopping() {
  end();
  note(manager_.stopping());
}

void ServiceReport::end() { watchdog_.reset(); }

}  // namespace koinon
