// Gathers the facts that koinon doctor looks at: from the data folder, from the daemon if it runs, and from
// the network. Nothing is changed; no database is opened that a daemon could be kept from.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include <boost/json/value.hpp>

#include "node/daemon/config.h"
#include "tools/doctor/examination.h"

namespace koinon::doctor {

struct Wish {
  std::filesystem::path data;
  std::string config;  // the configuration, where somebody names it
  // Looks names up, dials the own address and the peers that are not connected, and has peers dial this node.
  bool network = true;
  std::chrono::seconds patience{10};  // until a daemon that does not answer is silent
};
Facts gather(const Wish& wish);

// --- gather_daemon.cpp: what the daemon says

// What it answers to GET /api/v1/status, /peers and /id, and its process as the kernel shows it.
struct Answers {
  boost::json::value status;
  boost::json::value peers;
  boost::json::value id;
  std::string metrics;
  std::optional<int> process;  // its number
  std::int64_t started = 0;    // Unix time in seconds
};
// Says in `facts.daemon` how it is. Nothing: it was not asked, or did not answer.
std::optional<Answers> ask_daemon(const Wish& wish, Facts& facts);
// Of its answers alone.
void read_answers(const Answers& answers, Facts& out);

// --- gather_folder.cpp: what stands on the disk. It reads secrets: protect_secrets() comes before it

// `answers`: of koinond, if it runs.
void gather_folder(const Wish& wish, const std::optional<Answers>& answers, Facts& out, Config& config);

// --- gather_outside.cpp: what connected peers see. Needs what read_answers has found out

void gather_outside(const Wish& wish, Facts& facts);

// --- gather_network.cpp: what is seen from this machine

// Needs what read_answers has found out. `node_key`: ours, as text; empty: not known.
void gather_network(const Config& config, const std::string& node_key, Facts& facts);
// Whether this machine's ports can be had, or answer.
void gather_ports(const Config& config, const std::optional<Answers>& answers, Facts& facts);

}  // namespace koinon::doctor
