// Addresses of mail. Pure.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// An address that is safe in a header and in an SMTP command; empty is one too.
Status check_email(const std::string& text);

}  // namespace koinon
