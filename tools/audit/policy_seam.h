// What an audit asks of a head besides the log's own signature. The command makes it of a policy file.
#pragma once

#include <functional>

#include "crypto/note.h"
#include "proto/base/result.h"

namespace koinon::audit {

// Whether the cosignatures of a checkpoint suffice. The error says what is missing. Empty: none are asked
// for.
using CosignatureCheck = std::function<Status(const SignedNote&)>;

}  // namespace koinon::audit
