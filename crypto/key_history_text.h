// The keys of a log as a text, in public words: its name, its first keys, and the statements behind them. The
// log id is the hash of the first lines, so the text proves itself to whoever knows the log id.
// `keys/identity` of a data folder is such a text, and so is the file beside a proof. PROTOCOL.md "Offline
// proofs".
#pragma once

#include "crypto/key_history.h"

namespace koinon {

std::string key_history_text(const KeyHistory& keys);
// At most limits::kKeyHistoryBytes. kMalformed: it is of another kind, or its parts are not of one log. Of a
// statement the errors of KeyHistory::add.
Result<KeyHistory> parse_key_history(BytesView text);

}  // namespace koinon
