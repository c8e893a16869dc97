#include "storage/fsck/damage.h"

#include "proto/base/limits.h"

namespace koinon::fsck {
namespace {

const char* words_of(Remedy remedy) {
  switch (remedy) {
    case Remedy::kFetchBody:
    case Remedy::kFetchFile:
    case Remedy::kFetchLog:
      return "can be fetched again";
    case Remedy::kDropCosigned:
      return "can go: other cities have it";
    case Remedy::kDropBody:
      return "can go";
    case Remedy::kDropTransit:
      return "can go: it is held for peers only";
    case Remedy::kDropKept:
      return "can go: what it keeps was erased";
    case Remedy::kNameFiles:
    case Remedy::kRebuildTree:
    case Remedy::kCountAgain:
    case Remedy::kRebuildIndex:
      return "can be made again from what is held";
    case Remedy::kRestoreLog:
      return "must come from a backup, or back from other cities into an empty folder (koinon restore --keys "
             "KEYS --peer LINE)";
    case Remedy::kNone:
      break;
  }
  return "must come from a backup, or from other cities (koinon restore)";
}

}  // namespace

bool is_repairable(Remedy remedy) { return remedy != Remedy::kNone && remedy != Remedy::kRestoreLog; }

std::string Damage::text() const { return place + ": " + what + "; it " + words_of(remedy); }

void Report::add(Damage damage) {
  ++count_;
  if (damages_.size() < limits::kFsckLines) damages_.push_back(std::move(damage));
}

}  // namespace koinon::fsck
