#include "node/replication/cosigner_loss.h"

#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

// Whether our log came to name its cosigner key at that time, decimal, or later. By our own clock both.
Result<bool> named_since(StoreReader& store, BytesView time) {
  const auto then = parse_decimal(time);
  KOINON_ASSIGN(const auto own, store.own_log());
  if (!then.ok() || !own) return false;
  const auto keys = store.standing_keys(*own);
  if (!keys.ok()) return keys.error().code == Code::kNotFound ? Result<bool>(false) : keys.error();
  if (keys->cosigner_since.value == 0) return false;
  KOINON_ASSIGN(const Bytes bytes, store.entry(*own, keys->cosigner_since));
  const auto entry = parse_entry(bytes);
  return entry.ok() && entry->created_at_ms() >= 0 &&
         static_cast<std::uint64_t>(entry->created_at_ms()) >= *then;
}

}  // namespace

Result<bool> starts_with_lost_cosigner(StoreReader& store, const StandingConfig& standing) {
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  const bool is_news = standing.restored && standing.rolled_back_at.value == 0;
  return lost.has_value() || is_news || standing.mark == MarkSays::kBehind;
}

Result<std::optional<CosignerLoss>> cosigner_loss(StoreReader& store) {
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  if (!lost) return std::optional<CosignerLoss>();
  KOINON_ASSIGN(const auto at, store.setting(kRolledBackAt));
  CosignerLoss out{at.value_or(Bytes()), false};
  KOINON_ASSIGN(out.is_over, named_since(store, out.rolled_back_at));
  return std::optional(std::move(out));
}

Result<bool> end_cosigner_loss(Store& store, const CosignerLoss& loss) {
  KOINON_ASSIGN(const auto at, store.setting(kRolledBackAt));
  if (at.value_or(Bytes()) != loss.rolled_back_at) return false;
  KOINON_TRY(store.set_setting(kCosignerLost, {}));
  return true;
}

}  // namespace koinon
