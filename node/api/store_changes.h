// Changes that operations have the writer make. The answer comes back on the thread that asked.
#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

// `writer` must live longer than every request. `on_kept`: called on the writer's thread once the change is
// on the disk, and before the next one is: so other threads hear of changes in their order.
boost::asio::awaitable<Status> change_store(StoreWriting* writer, std::function<Status(Store&)> change,
                                            std::function<void()> on_kept = {});
// Has a draft signed that passed the gate.
boost::asio::awaitable<Result<Published>> publish_draft(StoreWriting* writer, SigningPermit permit,
                                                        DraftMaker maker);

}  // namespace koinon
