#include "node/api/linked_api.h"

#include "node/api/records_api.h"

namespace koinon {

LinkedApi::LinkedApi(ApiShared& shared)
    : note({.method = "GET",
            .pattern = "/api/v1/records/{city}/{index}/linked",
            .need = Need::kReading,
            .id = "getLinkedNote",
            .tag = "reading",
            .summary = "A note as linked data: its lasting address, the languages in which it stands, and "
                       "itself as schema.org has it",
            .gives = "LinkedNote"},
           this, &LinkedApi::find_note),
      catalogue({.method = "GET",
                 .pattern = "/api/v1/catalogue",
                 .need = Need::kReading,
                 .id = "getCatalogue",
                 .tag = "reading",
                 .summary = "What this city offers as open data: its datasets, and where each can be had",
                 .gives = "Catalogue"},
                this, &LinkedApi::find_catalogue),
      shared_(shared),
      parts_(shared.parts) {}

Result<LinkedNote> LinkedApi::find_note(const Asker& asker, const NamedRecord& named) {
  const Readers readers{*parts_.store, *parts_.index, parts_.nearness};
  KOINON_ASSIGN(const RecordView record, get_record(readers, named.ref, false));
  return LinkedNotes({readers.store, readers.index, readers.nearness},
                     shared_.access.base_url(asker.local, asker.host))
      .note(record);
}

Result<CatalogueView> LinkedApi::find_catalogue(const Asker&, const Nothing&) {
  const auto own = parts_.facts.log();
  if (!own) return fail(Code::kNotFound, "this node observes: it has no city, and so no catalogue");
  return read_catalogue(*parts_.store, *parts_.index, parts_.nearness, *own, parts_.clock.wall(),
                        parts_.options.files_only);
}

}  // namespace koinon
