// Why a connection ended, as far as the other side said so. It stands apart from TLS: who shows it to people
// need not know the rest.
#pragma once

#include <boost/system/error_code.hpp>

namespace koinon {

enum class Ending : unsigned char { kClosed, kNotPinnedThere, kRefusedThere };
Ending ending_of(const boost::system::error_code& error);

}  // namespace koinon
