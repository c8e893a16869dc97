// Which form of an answer a client likes best, by its header Accept (RFC 9110, section 12.5.1). Pure; any
// thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace koinon {

// The number of the media type that the client likes best; of those that it likes alike, the first. `offers`
// are TYPE/SUBTYPE in small letters, and at least one. Where the client takes none of them, or says nothing,
// it is the first (section 12.5.1 lets a server answer all the same). A range counts without its parameters,
// and a part that cannot be read as not written.
std::size_t preferred_type(std::string_view accept, std::span<const std::string_view> offers);

}  // namespace koinon
