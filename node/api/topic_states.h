// What is subscribed to, whether it is complete, and whose notes it waits for.
#pragma once

#include <boost/json/array.hpp>

#include "node/reading/directory.h"

namespace koinon {

Result<boost::json::array> topic_states(StoreReader& store, const Nearness& nearness,
                                        const BodyFilter& filter);

}  // namespace koinon
