// Finds out who sends a request and whether they may go on. On the thread of the accounts.
#pragma once

#include "node/access/access.h"
#include "node/api/api_request.h"

namespace koinon {

// Sets the caller of a request that has passed the entrance, even if the request is refused. The body is not
// read yet.
Status admit(Access& access, ApiRequest& request);
// Sets the caller of a request at whose address nothing is; nobody, if what it says of its sender is wrong.
void recognise(Access& access, ApiRequest& request);
// For an admitted request that is still being answered: whether it would be admitted now.
Status admit_still(Access& access, const ApiRequest& request);
// The address of pages and feeds for the sender of this request, without a slash at the end.
std::string base_url(const Access& access, const ApiRequest& request);

}  // namespace koinon
