#include "node/api/metrics.h"

#include <algorithm>
#include <chrono>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void gauge(const std::string& name, const std::string& help, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    out_.push_back({"koinon_" + name, help, MetricType::Gauge, {metric}});
  }
  void counter(const std::string& name, const std::string& help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    out_.push_back({"koinon_" + name, help, MetricType::Counter, {metric}});
  }
  // Every alarm there is, whether it stands or not: so a rule sees it begin, and sees it end.
  void each_alarm(const std::vector<Alarm>& alarms) {
    MetricFamily family{"koinon_alarm",
                        "1 while something needs an operator; koinon status says what",
                        MetricType::Gauge,
                        {}};
    for (const std::string& id : alarm_ids()) {
      ClientMetric metric;
      metric.label = {{"alarm", id}};
      metric.gauge.value =
          std::any_of(alarms.begin(), alarms.end(), [&](const Alarm& alarm) { return alarm.id == id; }) ? 1
                                                                                                        : 0;
      family.metric.push_back(std::move(metric));
    }
    out_.push_back(std::move(family));
  }
  // One value for each peer. Counters are those of the session that stands, and begin anew with each.
  template <typename Read>
  void each_peer(const std::string& name, const std::string& help, MetricType type,
                 const std::vector<PeerStatus>& peers, Read read) {
    MetricFamily family{"koinon_peer_" + name, help, type, {}};
    for (const PeerStatus& peer : peers) {
      ClientMetric metric;
      metric.label = {{"peer", peer.name}, {"node_key", to_text(peer.node_key)}};
      const auto value = static_cast<double>(read(peer));
      (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
      family.metric.push_back(std::move(metric));
    }
    if (!family.metric.empty()) out_.push_back(std::move(family));
  }
  // One value for each witness. Counters begin anew with each start.
  template <typename Read>
  void each_witness(const std::string& name, const std::string& help, MetricType type,
                    const std::vector<WitnessStanding>& witnesses, Read read) {
    MetricFamily family{"koinon_witness_" + name, help, type, {}};
    for (const WitnessStanding& witness : witnesses) {
      ClientMetric metric;
      metric.label = {{"witness", witness.names.empty() ? "" : witness.names.front()}, {"url", witness.url}};
      const auto value = static_cast<double>(read(witness));
      (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
      family.metric.push_back(std::move(metric));
    }
    if (!family.metric.empty()) out_.push_back(std::move(family));
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(out_); }

 private:
  std::vector<MetricFamily> out_;
};

void add_peers(Families& out, const std::vector<PeerStatus>& peers) {
  const auto gauge = [&](const char* name, const char* help, auto read) {
    out.each_peer(name, help, MetricType::Gauge, peers, read);
  };
  const auto counter = [&](const char* name, const char* help, auto read) {
    out.each_peer(name, help, MetricType::Counter, peers, read);
  };
  gauge("connected", "1 while a session with the peer stands", [](const auto& p) { return p.connected; });
  gauge("shunned", "1 while the peer is refused for what it sent", [](const auto& p) { return p.shunned; });
  gauge("queued_bytes", "Bytes that wait to be sent to the peer", [](const auto& p) { return p.queued; });
  gauge("lies", "Sessions ended for what does not verify, until forgotten",
        [](const auto& p) { return p.conduct.lies; });
  counter("received_bytes_total", "Bytes received in this session", [](const auto& p) { return p.bytes_in; });
  counter("sent_bytes_total", "Bytes sent in this session", [](const auto& p) { return p.bytes_out; });
  counter("received_heads_total", "Heads received", [](const auto& p) { return p.counts.heads_in; });
  counter("received_records_total", "New records received",
          [](const auto& p) { return p.counts.records_in; });
  counter("received_copies_total", "Records received, new or not",
          [](const auto& p) { return p.counts.copies_in; });
  counter("received_pushes_total", "Pushes received", [](const auto& p) { return p.counts.pushes_in; });
  counter("duplicate_pushes_total", "Pushes of what was here already",
          [](const auto& p) { return p.counts.duplicates_in; });
  counter("received_bodies_total", "Notes fetched apart from their entries",
          [](const auto& p) { return p.counts.bodies_in; });
  counter("bodies_not_held_total", "Notes asked for in vain",
          [](const auto& p) { return p.counts.bodies_not_held; });
  counter("sent_records_total", "Records sent", [](const auto& p) { return p.counts.records_out; });
  counter("sent_pushes_total", "Pushes sent", [](const auto& p) { return p.counts.pushes_out; });
  counter("received_file_bytes_total", "Bytes of attachments received",
          [](const auto& p) { return p.counts.file_bytes_in; });
  counter("sent_file_bytes_total", "Bytes of attachments sent",
          [](const auto& p) { return p.counts.file_bytes_out; });
}

void add_witnesses(Families& out, const std::vector<WitnessStanding>& witnesses) {
  out.each_witness("cosigned_total", "Answers of the witness with a cosignature", MetricType::Counter,
                   witnesses, [](const auto& w) { return w.cosigned; });
  out.each_witness("failed_total", "Requests to the witness without a cosignature", MetricType::Counter,
                   witnesses, [](const auto& w) { return w.failed; });
  out.each_witness("entries", "Entries of this node's log in the newest head that the witness cosigned",
                   MetricType::Gauge, witnesses, [](const auto& w) { return w.size.value; });
}

}  // namespace

std::string metrics_text(const MetricsInput& input) {
  Families out;
  const NetworkStatus& network = input.network;
  double connected = 0;
  for (const PeerStatus& peer : network.peers) connected += peer.connected ? 1 : 0;
  out.gauge("peers", "Peers that are pinned", static_cast<double>(network.peers.size()));
  out.gauge("peers_connected", "Peers that are connected", connected);
  out.gauge("logs", "Logs that are held", static_cast<double>(input.store.logs));
  out.gauge("logs_trusted", "Logs that policy admits", static_cast<double>(network.trusted));
  out.gauge("logs_frozen", "Logs that have forked", static_cast<double>(network.frozen.size()));
  out.gauge("records", "Records that are held", static_cast<double>(input.store.records));
  out.gauge("store_bytes", "Size of the store on disk", static_cast<double>(input.store.bytes));
  out.gauge("own_entries", "Entries of this node's own log", static_cast<double>(input.own_entries));
  out.gauge("signing", "1 if this node signs for its log", input.signing ? 1 : 0);
  out.gauge("signing_allowed", "1 if this node's store is known to be the newest copy of its log",
            input.signing_allowed ? 1 : 0);
  out.gauge("signing_peers_awaited", "Peers that have not said yet what they saw of this node's log",
            static_cast<double>(input.signing_awaits));
  out.gauge("signing_fewer_suffice_timestamp_seconds",
            "Unix time after which fewer answers suffice; 0 if there is no such time",
            static_cast<double>(input.fewer_suffice.value) / 1000);
  out.gauge("clock_off_seconds", "By how much our clock seems to be behind, or ahead where it is negative",
            std::chrono::duration<double>(input.clock.behind).count());
  out.counter("password_checks_total", "Passwords that were checked, right or wrong",
              static_cast<double>(input.password_checks));
  out.counter("database_steps_total", "Steps of SQLite's virtual machine",
              static_cast<double>(input.work.steps));
  out.counter("database_pages_total", "Pages of the databases that were looked at",
              static_cast<double>(input.work.pages));
  out.gauge("bodies_missing", "Notes that are wanted and not here",
            static_cast<double>(network.bodies_missing));
  out.gauge("index_lag_records", "Records that the search index has not seen",
            static_cast<double>(input.index_lag));
  out.each_alarm(input.alarms);
  add_peers(out, network.peers);
  add_witnesses(out, input.witnesses);
  return out.text();
}

}  // namespace koinon
