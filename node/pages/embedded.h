// Templates, catalogues and assets, as they are built into the program.
#pragma once

#include <optional>
#include <string_view>

namespace koinon {

// By its name below node/pages: templates/find.mustache.
std::optional<std::string_view> embedded_file(std::string_view name);

}  // namespace koinon
