#include "node/replication/store_loss.h"

#include <string_view>

namespace koinon {
namespace {

// Of storage/postgres.
constexpr std::string_view kAway = "database.away";
constexpr std::string_view kFenced = "store.fenced";
constexpr std::string_view kUnknownOutcome = "store.outcome_unknown";

}  // namespace

bool is_store_lost(const Error& error) {
  return error.id == kAway || error.id == kFenced || error.id == kUnknownOutcome;
}

Error store_is_lost() {
  return fail(Code::kUnavailable,
              Sentence{"store.lost", "the store was lost, and this node starts over; try again in a moment"},
              "store");
}

Error of_commit(const Error& error) {
  if (error.id != kAway) return error;
  return fail(Code::kUnavailable,
              Sentence{"store.outcome_unknown",
                       "the store was lost while this was written: it may or may not have been published or "
                       "changed; look before you repeat it"},
              "store");
}

Error told_of_loss(const Error& loss) { return loss.id == kUnknownOutcome ? loss : store_is_lost(); }

}  // namespace koinon
