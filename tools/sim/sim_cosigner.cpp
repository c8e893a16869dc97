#include "tools/sim/sim_cosigner.h"

namespace koinon::sim {

void SimCosigner::start(StoreReader& store) {
  const auto named = store.log_keys(own_);
  if (named.ok() && files_.next_cosigner && files_.next_cosigner->public_key() == named->cosigner) {
    files_.now.cosigner = *files_.next_cosigner;
    files_.next_cosigner.reset();
  }
  keys_.emplace(files_);
}

Result<CosignatureLine> SimCosigner::sign(StoreReader& store, const Checkpoint& checkpoint, UnixMillis now,
                                          const std::optional<SigningWait>& waits) const {
  KOINON_ASSIGN(const LogState own, store.log_state(own_));
  KOINON_ASSIGN(const LogKeys named, store.log_keys(own_));
  Cosigner cosigner(own_, own.keys.vkey().name, *keys_);
  cosigner.set_named(named.cosigner);
  return cosigner.sign(checkpoint, now, waits);
}

void SimCosigner::set_next(const SigningKey& next) {
  files_.next_cosigner = next;
  keys_->set_next_cosigner(next);
}

void SimCosigner::take_next() {
  keys_->take_next_cosigner();
  files_ = keys_->keys();
}

}  // namespace koinon::sim
