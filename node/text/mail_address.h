// Addresses of mail. Pure.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// Whether the address is safe in a header and in an SMTP command. kInvalidArgument names the field.
Status check_mail_address(const std::string& text, const std::string& field);
// The same for the field `email` of an account, which may be empty.
Status check_email(const std::string& text);

}  // namespace koinon
