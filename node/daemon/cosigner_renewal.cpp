#include "node/daemon/cosigner_renewal.h"

#include <optional>
#include <utility>

#include "node/publishing/gate.h"
#include "node/replication/ask_writer.h"
#include "proto/base/limits.h"

namespace koinon {

void CosignerRenewal::consider() {
  if (!is_calm() || under_way_.exchange(true)) return;
  ask_writer<CosignerStanding>(
      parts_.writer, [](StoreReader& store) { return cosigner_standing(store); },
      [this](const Result<CosignerStanding>& found) { on_standing(found); });
}

bool CosignerRenewal::is_calm() {
  const bool signs = !parts_.writer.signing_waits() && !parts_.writer.signing_stopped();
  const std::lock_guard lock(mutex_);
  if (!signs) {
    signs_.reset();
    return false;
  }
  if (!signs_) signs_ = parts_.clock();
  return parts_.clock() - *signs_ >= limits::kRenewalWait;
}

void CosignerRenewal::on_standing(const Result<CosignerStanding>& found) {
  if (!found.ok()) return end(found.error());
  if (*found == CosignerStanding::kGood) return end({});
  if (*found == CosignerStanding::kReplaced) return clear();
  parts_.slowly([this] { change(); });
}

void CosignerRenewal::change() {
  parts_.changes.change(Gate::for_the_node_itself(), {NewKey::kCosigner, false, true},
                        [this](const Result<NamedKeyChanged>& changed) {
                          if (!changed.ok()) return end(changed.error());
                          clear();
                        });
}

void CosignerRenewal::clear() {
  change_and_ask<bool>(
      parts_.writer, [](Store& store) { return end_cosigner_loss(store); },
      [this](const Result<bool>& cleared) {
        if (!cleared.ok()) return end(cleared.error());
        if (*cleared) {
          parts_.log_lines.warning(
              log_event::kKeyRenewed,
              "our log names a new cosigner key: what the one before it signed last may be forgotten here");
          parts_.on_renewed();
        }
        end({});
      });
}

// What waits is tried again; the same reason is said once.
void CosignerRenewal::end(const Status& done) {
  {
    const std::lock_guard lock(mutex_);
    const bool waits = !done.ok() && done.error().code == Code::kUnavailable;
    const std::string why = done.ok() || waits ? std::string() : done.error().text();
    if (!why.empty() && why != told_)
      parts_.log_lines.error(log_event::kKeyNotRenewed,
                             "a new cosigner key could not be made; this is tried again", {{"reason", why}});
    if (!waits) told_ = why;
  }
  under_way_ = false;
}

}  // namespace koinon
