// Changes that operations have the writer make. The answer comes back on the thread that asked.
#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

// `writer` and `shared` must live longer than every request.
boost::asio::awaitable<Status> change_store(StoreWriter* writer, std::function<Status(Store&)> change);
// Publishes a decision of an operator about trust. It goes through the gate, like everything that is signed.
boost::asio::awaitable<Result<Published>> publish_vouch(ApiShared* shared, Caller caller, DraftMaker maker);

}  // namespace koinon
