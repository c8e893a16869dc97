// Carries out the engine's intents against a store: what the daemon's threads do, and what tests and
// simulations do in one thread. Each kind of intent needs one thing only:
//   checking (Verify…): nothing, any thread;
//   reading  (Read…): a StoreReader, its thread;
//   writing  (Commit…): a Store inside begin … commit, the writer's thread.
#pragma once

#include <functional>
#include <vector>

#include "node/engine/intents.h"
#include "node/engine/verify.h"
#include "storage/store/store.h"

namespace koinon {

IntentClass intent_class(const IntentBody& body);

Result<Answer> execute_check(IntentBody body, const SignatureChecks& checks = {});
Result<Answer> execute_read(StoreReader& store, const IntentBody& body);
// The caller has begun a transaction; the answer counts only once it has committed. One that failed has
// changed nothing, and the others of the transaction stand.
Result<Answer> execute_write(Store& store, const IntentBody& body);
// Of runs of one log that follow each other, at least one, as one change. The size of the log that they are
// told is that after the last.
Result<std::vector<RunStored>> execute_runs(Store& store, const std::vector<const CommitRun*>& intents);

// As IntentKind says of it.
bool needs_durability(const IntentBody& body);
bool makes_arrivals(const IntentBody& body);
// Whether it makes a cosignature of ours.
bool is_cosigning(const IntentBody& body);

// Runs intents of the writing class, in their order, as one transaction. If the commit fails, so has each.
// So much of the disk, `reserve` bytes, is kept for our own log: what others send and does not fit beside it
// is refused, the others of the transaction stand. What frees room, and what the operator decided, goes on.
// `before_commit` may be none. It is called where something was cosigned, with the store as the commit will
// leave it; its error undoes all.
using BeforeCommit = std::function<Status(Store&)>;
std::vector<Completion> execute_writes(Store& store, const std::vector<Intent>& intents, bool durable,
                                       std::uint64_t reserve = 0, const BeforeCommit& before_commit = {});
// Whether others sent it, and it takes room.
bool is_of_others(const IntentBody& body);
// Whether an answer says that what is left of the disk is kept for our own log.
bool is_kept_for_own(const Error& error);

}  // namespace koinon
