// Notes and the city as programs of others find them: where a note has its lasting address and what it is to
// schema.org, and what the city offers as open data.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/linked/catalogue_view.h"
#include "node/linked/linked_notes.h"

namespace koinon {

class LinkedApi {
 public:
  explicit LinkedApi(ApiShared& shared);

  // Of what is not to be found all is empty. Its addresses are those by which the caller reaches this node.
  const Operation<NamedRecord, LinkedNote> note;
  // kNotFound: this node observes, and has no city.
  const Operation<Nothing, CatalogueView> catalogue;

 private:
  Result<LinkedNote> find_note(const Asker& asker, const NamedRecord& named);
  Result<CatalogueView> find_catalogue(const Asker& asker, const Nothing& nothing);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
