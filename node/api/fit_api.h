// Whether a practice would work in our own city.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/fit_view.h"

namespace koinon {

class FitApi {
 public:
  explicit FitApi(ApiShared& shared);

  // Compares with the city of this node, whoever asks. kInvalidArgument: the record is no practice.
  const Operation<NamedRecord, FitView> get;

 private:
  Result<FitView> find(const Asker& asker, const NamedRecord& named);

  ApiParts& parts_;
};

}  // namespace koinon
