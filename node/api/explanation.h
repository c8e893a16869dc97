// Sentences for an operator: why something is here, or why it is not and what would change that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/directory.h"
#include "node/transport/network_view.h"

namespace koinon {

struct ExplanationView {
  std::string subject;  // the name of a city or a record on this node
  std::string verdict;
  std::vector<std::string> because;
  std::vector<std::string> change;  // what would change it
};

ExplanationView explain_unknown(const std::string& name);
ExplanationView explain_city(Directory& directory, StoreReader& store, const std::optional<LogId>& own,
                             const LogId& city, const std::string& name, const CityStanding& standing);
Result<ExplanationView> explain_record(Directory& directory, StoreReader& store,
                                       const std::optional<LogId>& own, const LogId& city, EntryIndex index,
                                       const CityStanding& standing,
                                       const std::optional<IndexedRecord>& indexed);

}  // namespace koinon
