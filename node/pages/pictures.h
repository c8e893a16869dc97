// Pictures that go with notes, as pages show them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/http/message.h"
#include "proto/base/result.h"

namespace koinon {

// Whether a page shows it: a picture by its type, and not too large.
bool is_shown_as_picture(std::string_view media_type, std::uint64_t size);
// The picture for an <img>. kNotFound: these bytes are none, whatever their author calls them.
Result<HttpResponse> picture_response(std::string bytes);

}  // namespace koinon
