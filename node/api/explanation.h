// Why something is here, or what stands in the way and what would change it, in sentences for an operator.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/record_json.h"
#include "node/transport/network.h"

namespace koinon {

// Each: subject, verdict, because (sentences), change (what would change it).
boost::json::object explain_unknown(const std::string& name);
boost::json::object explain_city(Directory& directory, StoreReader& store, const std::optional<LogId>& own,
                                 const LogId& city, const std::string& name, const CityStanding& standing);
Result<boost::json::object> explain_record(Directory& directory, StoreReader& store,
                                           const std::optional<LogId>& own, const LogId& city,
                                           EntryIndex index, const CityStanding& standing,
                                           const std::optional<IndexedRecord>& indexed);

}  // namespace koinon
