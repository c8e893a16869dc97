#include "node/replication/cosigner_loss.h"

#include "proto/base/encoding.h"
#include "storage/store/settings.h"

namespace koinon {

Result<bool> starts_with_lost_cosigner(StoreReader& store, const StandingConfig& standing) {
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  const bool is_news = standing.restored && standing.rolled_back_at.value == 0;
  return lost.has_value() || is_news || standing.mark == MarkSays::kBehind;
}

Result<CosignerStanding> cosigner_standing(StoreReader& store) {
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  if (!lost) return CosignerStanding::kGood;
  KOINON_ASSIGN(const auto own, store.own_log());
  if (!own) return CosignerStanding::kLost;
  const auto named = store.log_keys(*own);
  if (!named.ok() && named.error().code != Code::kNotFound) return named.error();
  const bool is_named = named.ok() && to_hex(named->cosigner.view()) == *lost;
  return is_named ? CosignerStanding::kReplaced : CosignerStanding::kLost;
}

Status note_replacement(Store& store, const PublicKey& next) {
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  return lost ? store.set_setting(kCosignerLost, to_hex(next.view())) : Status();
}

Result<bool> end_cosigner_loss(Store& store) {
  KOINON_ASSIGN(const CosignerStanding standing, cosigner_standing(store));
  if (standing != CosignerStanding::kReplaced) return false;
  KOINON_TRY(store.set_setting(kCosignerLost, {}));
  return true;
}

}  // namespace koinon
