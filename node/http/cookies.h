// Cookies as a browser sends them (RFC 6265, section 4.2). Pure.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// The value of the first cookie of that name in a Cookie header. Empty: there is none.
std::string cookie_value(std::string_view header, std::string_view name);

}  // namespace koinon
