#include "node/daemon/witnessing.h"

#include <future>
#include <utility>

#include "proto/base/limits.h"

namespace koinon {
namespace {

std::string names_of(const WitnessStanding& standing) {
  std::string out;
  for (const std::string& name : standing.names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// The writer carries it out, and is there until the client has stopped.
Status keep_witnessed(StoreWriter& writer, const Bytes& kept) {
  const auto answer = std::make_shared<std::promise<Status>>();
  auto written = answer->get_future();
  writer.change([kept](Store& store) { return store.set_setting(kWitnessed, kept); },
                [answer](const Status& done) { answer->set_value(done); });
  return written.get();
}

}  // namespace

Status Witnessing::start(const Parts& parts) {
  if (parts.config.witnesses.empty()) return {};
  const DaemonLog& log = parts.log;
  if (!parts.identity.log) {
    log.warning(log_event::kOurWitness,
                "witness.urls says nothing: this node has no log that could be witnessed");
    return {};
  }
  WitnessClient::Parts client;
  client.own = *parts.identity.log_id();
  client.witnesses = parts.config.witnesses;
  KOINON_ASSIGN(client.store, parts.folder.source().open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(client.transfers, Transfers::make());
  client.clock = parts.clock;
  client.keep = [&writer = parts.writer](const Bytes& kept) { return keep_witnessed(writer, kept); };
  client.on_change = [&log](const WitnessStanding& now) {
    if (now.works) {
      log.info(log_event::kOurWitness, "a witness cosigns", {{"witness", names_of(now)}, {"url", now.url}});
    } else {
      log.warning(log_event::kOurWitness, "a witness does not cosign",
                  {{"witness", names_of(now)}, {"url", now.url}, {"reason", now.told}});
    }
  };
  client.on_error = [&log](const Error& error) {
    log.error(log_event::kOurWitness, "what witnesses cosign waits", {{"reason", error.text()}});
  };
  client_ = std::make_unique<WitnessClient>(std::move(client));
  running_ = client_.get();
  client_->notify();  // of what was published meanwhile
  return {};
}

void Witnessing::stop() {
  running_ = nullptr;
  if (client_) client_->stop();
}

void Witnessing::notify() {
  if (WitnessClient* client = running_.load(); client != nullptr) client->notify();
}

std::vector<WitnessStanding> Witnessing::standings() const {
  return client_ ? client_->standings() : std::vector<WitnessStanding>();
}

}  // namespace koinon
