// What an operation has the writer do: the answer comes back to the thread that asked.
#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

// `writer` and `shared` outlive every request.
boost::asio::awaitable<Status> change_store(StoreWriter* writer, std::function<Status(Store&)> change);
// What an operator does about trust, through the gate like everything else that is signed.
boost::asio::awaitable<Result<Published>> publish_vouch(ApiShared* shared, Caller caller, DraftMaker maker);

}  // namespace koinon
