// Whether the operator's word lets a log go on that evidence has frozen. Pure rules, the same for every
// store.
#pragma once

#include "crypto/log_state.h"

namespace koinon {

// `kept`: all evidence against the log. kRefused: it is our own log, which only its recovery words thaw; or
// its recovery key has said two things, which nothing thaws. kConflict: the log is not frozen.
Status check_thaw(const std::vector<KeptEvidence>& kept, bool is_own);

// Whether evidence of the same contradiction (EvidenceMark) is kept, thawed or not.
bool is_kept(const std::vector<KeptEvidence>& kept, BytesView evidence);

}  // namespace koinon
