#include "node/api/metrics.h"

#include <algorithm>
#include <chrono>

#include <prometheus/text_serializer.h>

#include "node/api/metric_families.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

using prometheus::MetricType;

template <typename T>
double number(T value) {
  return static_cast<double>(value);
}

// The names are those of Prometheus' client libraries.
void add_process(MetricFamilies& out, const MetricsInput& input) {
  const ProcessFacts& facts = input.process;
  const auto gauge = [&](const char* name, const char* help, double value) {
    out.begin(std::string("process_") + name, help, MetricType::Gauge);
    out.add({}, value);
  };
  out.begin("process_cpu_seconds_total", "Time of all threads on a processor", MetricType::Counter);
  out.add({}, facts.cpu_seconds);
  gauge("resident_memory_bytes", "Memory that the process has in RAM", number(facts.resident_bytes));
  gauge("virtual_memory_bytes", "Addresses that the process uses", number(facts.virtual_bytes));
  gauge("open_fds", "Descriptors that are open", number(facts.open_files));
  gauge("max_fds", "Descriptors that may be open", number(facts.most_files));
  gauge("threads", "Threads of the process", number(facts.threads));
  gauge("start_time_seconds", "Unix time of the start", number(input.started_at.value) / 1000);
  out.begin("koinon_build_info", "1; the label says which version runs", MetricType::Gauge);
  out.add({{"version", input.version}}, 1);
}

// Every alarm there is, whether it stands or not: so a rule sees it begin, and sees it end.
void add_alarms(MetricFamilies& out, const std::vector<Alarm>& alarms) {
  out.begin("koinon_alarm", "1 while something needs an operator; koinon status says what",
            MetricType::Gauge);
  const auto standing = [&](const std::string& id) {
    return std::find_if(alarms.begin(), alarms.end(), [&](const Alarm& alarm) { return alarm.id == id; });
  };
  for (const std::string& id : alarm_ids()) out.add({{"alarm", id}}, standing(id) == alarms.end() ? 0 : 1);
  out.begin("koinon_alarm_critical", "1 while the alarm stands and the node does not do all of its work",
            MetricType::Gauge);
  for (const std::string& id : alarm_ids()) {
    const auto alarm = standing(id);
    out.add({{"alarm", id}}, alarm != alarms.end() && alarm->severity == Severity::kCritical ? 1 : 0);
  }
}

void add_signing(MetricFamilies& out, const MetricsInput& input) {
  out.gauge("signing", "1 if this node signs for its log", input.signing ? 1 : 0);
  out.begin("koinon_signing_state", "1 for the state that signing is in, 0 for the others",
            MetricType::Gauge);
  for (const Signing state : kAllSigning)
    out.add({{"state", std::string(signing_word(state))}}, state == input.signing_state ? 1 : 0);
  out.gauge("signing_allowed", "1 if this node's store is known to be the newest copy of its log",
            input.signing_allowed ? 1 : 0);
  out.gauge("signing_peers_awaited", "Peers that have not said yet what they saw of this node's log",
            number(input.signing_awaits));
  out.gauge("signing_fewer_suffice_timestamp_seconds",
            "Unix time after which fewer answers suffice; 0 if there is no such time",
            number(input.fewer_suffice.value) / 1000);
}

// By how much this clock is ahead of the median of the connected peers; where it is in doubt, as the alarm
// says it.
double clock_offset_seconds(const MetricsInput& input) {
  if (input.clock.off()) return -std::chrono::duration<double>(input.clock.behind).count();
  std::vector<std::int64_t> ahead;
  for (const PeerStatus& peer : input.network.peers) {
    if (peer.connected && peer.clock_ahead_ms) ahead.push_back(*peer.clock_ahead_ms);
  }
  if (ahead.empty()) return 0;
  const auto middle = ahead.begin() + static_cast<std::ptrdiff_t>(ahead.size() / 2);
  std::nth_element(ahead.begin(), middle, ahead.end());
  return -number(*middle) / 1000;
}

void add_clock(MetricFamilies& out, const MetricsInput& input) {
  out.gauge("clock_in_doubt", "1 while something contradicts this node's clock", input.clock.off() ? 1 : 0);
  out.gauge("clock_offset_seconds",
            "By how much our clock seems to be ahead, or behind where it is negative; 0 if nobody says",
            clock_offset_seconds(input));
}

void add_disk(MetricFamilies& out, const MetricsInput& input) {
  out.gauge("store_bytes", "Size of the store on disk", number(input.store.bytes));
  out.gauge("store_on_server", "1 if the store is on a PostgreSQL server, 0 if it is a file",
            input.store_on_server ? 1 : 0);
  out.gauge("store_behind_seconds", "How old the newest word of the store's writer is that has come here",
            std::chrono::duration<double>(input.lag.behind).count());
  out.counter("store_started_over_total", "How often the store was lost and read anew",
              number(input.started_over));
  out.gauge("disk_reserve_bytes", "Free disk that is kept for this city's own notes",
            number(input.disk_reserve_bytes));
  if (!input.disk) return;
  out.gauge("disk_free_bytes", "Free on the disk of the data folder", number(input.disk->free_bytes));
  out.gauge("disk_size_bytes", "Size of the disk of the data folder", number(input.disk->size_bytes));
}

void add_sending(MetricFamilies& out, const MetricsInput& input) {
  out.begin("koinon_deliveries_waiting", "Messages that wait to be sent to the office's own receivers",
            MetricType::Gauge);
  out.add({{"kind", "webhook"}}, number(input.sending.webhooks));
  out.add({{"kind", "mail"}}, number(input.sending.mails));
  out.gauge("deliveries_failing", "Messages that were tried three times in vain, or given up within a day",
            number(input.sending.failing));
}

// One value for each peer. Counters are those of the session that stands, and begin anew with each.
void add_peers(MetricFamilies& out, const std::vector<PeerStatus>& peers) {
  const auto each = [&](const char* name, const char* help, MetricType type, auto read) {
    out.begin(std::string("koinon_peer_") + name, help, type);
    for (const PeerStatus& peer : peers)
      out.add({{"peer", peer.name}, {"node_key", to_text(peer.node_key)}}, number(read(peer)));
  };
  const auto gauge = [&](const char* name, const char* help, auto read) {
    each(name, help, MetricType::Gauge, read);
  };
  const auto counter = [&](const char* name, const char* help, auto read) {
    each(name, help, MetricType::Counter, read);
  };
  gauge("connected", "1 while a session with the peer stands", [](const auto& p) { return p.connected; });
  gauge("shunned", "1 while the peer is refused for what it sent", [](const auto& p) { return p.shunned; });
  gauge("queued_bytes", "Bytes that wait to be sent to the peer", [](const auto& p) { return p.queued; });
  gauge("lag_entries", "Entries of the peer's log that are known to exist and are not here yet",
        [](const auto& p) { return p.lag.value_or(0); });
  gauge("clock_ahead_seconds", "By how much the peer's clock is ahead of ours; 0 if it does not say",
        [](const auto& p) { return static_cast<double>(p.clock_ahead_ms.value_or(0)) / 1000; });
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

// One value for each witness. Counters begin anew with each start.
void add_witnesses(MetricFamilies& out, const std::vector<WitnessStanding>& witnesses) {
  const auto each = [&](const char* name, const char* help, MetricType type, auto read) {
    out.begin(std::string("koinon_witness_") + name, help, type);
    for (const WitnessStanding& one : witnesses)
      out.add({{"witness", one.names.empty() ? "" : one.names.front()}, {"url", one.url}}, number(read(one)));
  };
  each("cosigned_total", "Answers of the witness with a cosignature", MetricType::Counter,
       [](const auto& w) { return w.cosigned; });
  each("failed_total", "Requests to the witness without a cosignature", MetricType::Counter,
       [](const auto& w) { return w.failed; });
  each("entries", "Entries of this node's log in the newest head that the witness cosigned",
       MetricType::Gauge, [](const auto& w) { return w.size.value; });
}

void add_logs(MetricFamilies& out, const MetricsInput& input) {
  const NetworkStatus& network = input.network;
  double connected = 0;
  for (const PeerStatus& peer : network.peers) connected += peer.connected ? 1 : 0;
  out.gauge("peers", "Peers that are pinned", number(network.peers.size()));
  out.gauge("peers_connected", "Peers that are connected", connected);
  out.gauge("knocking_nodes", "Nodes that knocked within a day and are not pinned",
            number(network.knocks.size()));
  out.gauge("logs", "Logs that are held", number(input.store.logs));
  out.gauge("logs_trusted", "Logs that policy admits", number(network.trusted));
  out.gauge("logs_frozen", "Logs that have forked", number(network.frozen.size()));
  out.gauge("records", "Records that are held", number(input.store.records));
  out.gauge("own_entries", "Entries of this node's own log", number(input.own_entries));
  out.gauge("bodies_missing", "Notes that are wanted and not here", number(network.bodies_missing));
  out.gauge("index_lag_records", "Records that the search index has not seen", number(input.index_lag));
}

void add_reader(MetricFamilies& out, const ReaderLag& lag) {
  const std::chrono::duration<double> behind = lag.behind;
  out.gauge("reader_behind_seconds", "How far this reader is behind the server on which its node writes",
            behind.count());
  out.gauge("reader_standby", "1 where this reader reads a standby of that server", lag.is_standby ? 1 : 0);
}

void add_work(MetricFamilies& out, MetricsInput& input) {
  out.counter("password_checks_total", "Passwords that were checked, right or wrong",
              number(input.password_checks));
  out.counter("refusals_total", "Changes by unknown callers that were refused and only counted",
              number(input.refusals));
  out.counter("database_steps_total", "Steps of SQLite's virtual machine", number(input.work.steps));
  out.counter("database_pages_total", "Pages of the databases that were looked at", number(input.work.pages));
  out.append(std::move(input.http));
}

}  // namespace

std::string MetricFamilies::text() const {
  std::vector<prometheus::MetricFamily> some;
  for (const auto& family : out_) {
    if (!family.metric.empty()) some.push_back(family);
  }
  return prometheus::TextSerializer().Serialize(some);
}

std::string metrics_text(MetricsInput input) {
  MetricFamilies out;
  add_process(out, input);
  add_logs(out, input);
  add_disk(out, input);
  add_signing(out, input);
  add_clock(out, input);
  add_sending(out, input);
  out.gauge("ready", "1 while GET /readyz says that the node is ready", input.ready ? 1 : 0);
  add_alarms(out, input.alarms);
  if (input.reader) add_reader(out, *input.reader);
  add_peers(out, input.network.peers);
  add_witnesses(out, input.witnesses);
  add_work(out, input);
  return out.text();
}

}  // namespace koinon
