// In which epoch of the store the places of office.db count: how far webhooks, digests, mails, the
// hub of feeds and erasures have come in the arrivals. They follow the store from epoch to epoch, and begin
// anew where it has lost theirs.
#pragma once

#include "crypto/epoch.h"
#include "storage/office/office_db.h"

namespace koinon {

class ArrivalPlaces {
 public:
  explicit ArrivalPlaces(OfficeDb& db) : db_(db) {}

  // In which epoch they count, as follow() has left it; nothing: it was not called yet. Without a query.
  const std::optional<Epoch>& known() const { return known_; }
  // Nothing: none is written down yet.
  Result<std::optional<Epoch>> epoch();
  // `epochs`: those of the store, the current one last; does nothing where the places count in that one
  // already. `newest`: the store's newest arrival. Where the store does not know the epoch of the places,
  // webhooks, digests, mails and the hub begin at `newest`, which webhooks say (Webhook::began_anew), and
  // erasures at the first arrival.
  Status follow(const std::vector<EpochRange>& epochs, ArrivalSeq newest, UnixMillis now);

 private:
  Status shorten(ArrivalSeq end);
  Status begin_anew(ArrivalSeq newest, UnixMillis now);

  OfficeDb& db_;
  std::optional<Epoch> known_;
};

}  // namespace koinon
