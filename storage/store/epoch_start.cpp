#include "storage/store/epoch_start.h"

namespace koinon {

Status begin_next_epoch(Store& store, const EpochMaker& make) {
  KOINON_TRY(store.begin(true));
  const Status added = add_next_epoch(store, make, 0);
  if (added.ok()) return store.commit();
  store.rollback();
  return added;
}

Status add_next_epoch(Store& store, const EpochMaker& make, std::uint32_t shown) {
  if (shown > 0) KOINON_TRY(store.set_epoch_handled(shown));
  KOINON_ASSIGN(const auto epochs, store.epochs());
  KOINON_ASSIGN(const std::uint32_t handled, store.epoch_handled());
  KOINON_ASSIGN(const std::uint32_t counter, next_counter(epochs, handled));
  return store.begin_epoch(make(counter));
}

}  // namespace koinon
