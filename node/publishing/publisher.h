// Makes a record to sign out of a request: a note, a withdrawal or a vouch. The gate decides whether and when
// it is signed.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/access/caller.h"
#include "node/publishing/gate.h"
#include "node/publishing/signing_request.h"
#include "node/reading/directory.h"
#include "node/replication/store_writing.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

class Publisher {
 public:
  Publisher(StoreReader& store, const Nearness& nearness, IndexReader& index, StoreWriting& writer,
            std::optional<LogId> own, GateRules rules)
      : store_(store),
        nearness_(nearness),
        index_(index),
        writer_(writer),
        own_(own),
        gate_(store, own, rules) {}

  struct Prepared {
    Draft draft;
    Wish wish;
    NoteFile note;  // of a note
    std::vector<std::string> warnings;
  };
  // If the request names no office, it is for the caller's office.
  Result<Prepared> prepare(const SigningRequest& request, const Caller& caller);
  Result<Verdict> decide(const Caller& caller, const Wish& wish, UnixMillis now) const {
    return gate_.decide(caller, wish, now);
  }

  // With the topics that a reply takes from what it answers, as the writer signs it.
  Draft as_signed(Draft draft);
  // Begins without waiting, so that many records go into one transaction. The answer comes on the writer's
  // thread.
  void begin(const SigningPermit& permit, const Draft& draft, std::function<void(Result<Published>)> done);
  boost::asio::awaitable<Result<Published>> sign(SigningPermit permit, Draft draft);

 private:
  Result<Prepared> prepare_note(const NoteRequest& request, const Caller& caller);
  Result<Prepared> prepare_withdrawal(const WithdrawalRequest& request);
  Result<Prepared> prepare_vouch(const VouchRequest& request);

  StoreReader& store_;
  const Nearness& nearness_;
  IndexReader& index_;
  StoreWriting& writer_;
  std::optional<LogId> own_;
  Gate gate_;
};

}  // namespace koinon
