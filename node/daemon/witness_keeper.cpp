#include "node/daemon/witness_keeper.h"

#include <utility>

#include "crypto/key_file.h"

namespace koinon {
namespace {

// A list that cannot be read is told, and the others count.
WitnessedLogs read_witness_lists(const WitnessKeeper::Parts& parts) {
  WitnessedLogs out;
  for (const std::string& file : parts.config.witness_logs) {
    const auto text = read_file(file, limits::kWitnessListBytes);
    if (!text.ok()) {
      parts.log.error(log_event::kWitnessList, "a list of logs to witness for cannot be read",
                      {{"reason", text.error().text()}});
      continue;
    }
    for (const std::string& warning : out.add_list(*text))
      parts.log.warning(log_event::kWitnessList, "a list of logs to witness for",
                        {{"file", file}, {"what", warning}});
  }
  if (out.size() == 0)
    parts.log.warning(log_event::kWitnessList,
                      "the witness knows no log: witness.logs names files with lists of them");
  return out;
}

std::string witness_base(const WitnessKeeper::Parts& parts) {
  return parts.config.witness_name.empty() ? parts.name + "/witness" : parts.config.witness_name;
}

}  // namespace

HttpServer::Options WitnessKeeper::server_options(const Parts& parts) {
  HttpServer::Options out;
  out.listen = parts.config.witness_listen;
  out.port = parts.config.witness_port;
  out.clock = parts.clock.wall;
  return out;
}

WitnessKeeper::WitnessKeeper(Parts parts, WitnessedLogs logs, std::vector<AddressRange> proxies)
    : parts_(std::move(parts)),
      http_(server_options(parts_)),
      witness_(
          {parts_.folder,
           WitnessOptions{witness_base(parts_), parts_.config.passphrase_file, parts_.config.signing_mark},
           std::move(logs),
           WitnessRate{limits::kWitnessAtOnce, static_cast<double>(parts_.config.witness_per_second)},
           parts_.clock, parts_.log, parts_.may_cosign}),
      service_(witness_, std::move(proxies), parts_.clock.mono) {}

std::unique_ptr<WitnessKeeper> WitnessKeeper::make(Parts parts) {
  if (parts.config.witness_listen.empty()) return nullptr;
  WitnessedLogs logs = read_witness_lists(parts);
  std::vector<AddressRange> proxies = parts.config.http_proxies;
  return std::unique_ptr<WitnessKeeper>(
      new WitnessKeeper(std::move(parts), std::move(logs), std::move(proxies)));
}

// An observer has no log, so it never knows whether its folder was put back from a copy.
void WitnessKeeper::start() {
  const Status bound =
      parts_.is_observer
          ? Status(fail(Code::kRefused, "an observer cannot witness for other systems", "witness.listen"))
          : http_.bind();
  if (!bound.ok()) {
    trouble_ = parts_.is_observer
                   ? bound.error().text()
                   : "witness.listen: nobody can connect to " + parts_.config.witness_listen + ":" +
                         std::to_string(parts_.config.witness_port) + "; choose another IP:PORT";
    parts_.log.error(log_event::kWitnessFails, "the witness for other systems does not serve",
                     {{"reason", trouble_}});
    return;
  }
  http_.start(service_);
  witness_.on_signing();
}

void WitnessKeeper::stop() {
  http_.stop();
  witness_.stop();
}

WitnessView WitnessKeeper::view() const {
  WitnessView out = witness_.view();
  out.port = http_.port();
  if (!trouble_.empty()) out.trouble = trouble_;
  return out;
}

}  // namespace koinon
