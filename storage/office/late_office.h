// An office on a server that may be away when it is opened: it is opened with the first question, and again
// with a later one where that failed. Until then every question fails with what was in the way.
#pragma once

#include <functional>

#include "storage/office/office_db.h"

namespace koinon {

// `open` is called on the thread to which the office belongs.
OfficeDb late_office(std::function<Result<OfficeDb>()> open);

}  // namespace koinon
