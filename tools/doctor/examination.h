// All that koinon doctor looks at, and in which order it is told. The facts are gathered elsewhere
// (gather.h); from here on everything is pure, so that tests plant faults by facts alone.
#pragma once

#include <optional>
#include <utility>

#include "tools/doctor/clock.h"
#include "tools/doctor/configuration.h"
#include "tools/doctor/daemon.h"
#include "tools/doctor/disk.h"
#include "tools/doctor/files.h"
#include "tools/doctor/keys.h"
#include "tools/doctor/lag.h"
#include "tools/doctor/limits.h"
#include "tools/doctor/names.h"
#include "tools/doctor/peers.h"
#include "tools/doctor/ports.h"
#include "tools/doctor/signing.h"
#include "tools/doctor/versions.h"

namespace koinon::doctor {

// A subject that is not there was not looked at.
struct Facts {
  DaemonFacts daemon;
  std::optional<ConfigurationFacts> configuration;
  std::optional<FileFacts> files;
  std::optional<KeyFacts> keys;
  std::optional<DiskFacts> disk;
  std::optional<LimitFacts> limits;
  std::optional<ClockFacts> clock;
  std::optional<SigningFacts> signing;
  std::optional<NameFacts> names;
  std::optional<PortFacts> ports;
  std::optional<PeersFacts> peers;
  std::optional<LagFacts> lag;
  std::optional<VersionFacts> versions;
  std::vector<std::string> unlooked;  // what could not be looked at, and why: a sentence each
};

struct Examination {
  std::vector<std::string> looked_at;  // names of subjects
  Findings findings;                   // problems first
};

Examination examine(const Facts& facts);
// For people: each finding with its why and what to do.
std::string examination_text(const Examination& examination, const std::vector<std::string>& unlooked);

}  // namespace koinon::doctor
