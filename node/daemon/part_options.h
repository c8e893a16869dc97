// What the configuration says to each part of the daemon, with the secrets that it names read from their
// files. Errors are one sentence for the operator, and name the key at fault.
#pragma once

#include "node/api/alarms.h"
#include "node/api/api.h"
#include "node/daemon/config.h"
#include "node/daemon/identity.h"
#include "node/delivery/courier.h"
#include "storage/store/store_options.h"

namespace koinon {

// Without store.max_bytes, which is of a file alone.
StoreOptions store_options(const Config& config);
// Without the node's key and agent. What `koinon subscribe` set comes before the configured topics.
Result<EngineConfig> engine_options(const Config& config, StoreReader& store);
Result<CourierOptions> courier_options(const Config& config, const NodeIdentity& identity);
// `http_port`: the one that is bound; 0: none is, and links name the configured one.
Result<ApiOptions> api_options(const Config& config, std::uint16_t http_port);
// The address of the pages, without a slash at the end: http.url, else what this machine calls itself. It is
// that of Access::base_url for a caller over the Unix socket.
std::string pages_url(const Config& config);
GateRules gate_rules(const Config& config);
AlarmRules alarm_rules(const Config& config);

}  // namespace koinon
