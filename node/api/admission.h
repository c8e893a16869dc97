// From a request to who sends it, and whether they may go on. On the thread that the accounts belong to.
#pragma once

#include "node/access/access.h"
#include "node/api/api_request.h"

namespace koinon {

// Sets the caller of a request that has passed the entrance, also where it may not go on. Nothing of the body
// has been read.
Status admit(Access& access, ApiRequest& request);
// Of an admitted request that is still being answered: whether it would be admitted now.
Status admit_still(Access& access, const ApiRequest& request);
// Where pages and feeds are, as whoever sends this request sees them; without a slash at the end.
std::string base_url(const Access& access, const ApiRequest& request);

}  // namespace koinon
