// Addresses of mail. Pure.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// Whether the address is safe in a header and in an SMTP command. An empty text is taken too.
Status check_email(const std::string& text);

}  // namespace koinon
