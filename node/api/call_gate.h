// The one way to an operation: whether who asks may, then the operation, then the audit line of a change.
// JSON and pages pass here alike, so that what a page can do the API can, and no more.
//
// Belongs to one thread, as the accounts do.
#pragma once

#include <exception>
#include <functional>

#include "node/access/refusals.h"
#include "node/api/operation.h"
#include "storage/office/accounts.h"

namespace koinon {

class CallGate {
 public:
  struct Parts {
    bool public_reading = false;
    Accounts& accounts;  // keeps the audit log
    Refusals& refusals;
    std::function<UnixMillis()> clock;
    std::function<void(const AuditLine&)> log_change;  // to the daemon's own log
  };
  // What `parts` refers to outlives this.
  explicit CallGate(Parts parts) : parts_(std::move(parts)) {}

  // Whether who asks may call it: kUnauthenticated, kRefused.
  Status may(const OperationFacts& facts, const Caller& caller) const;

  // Runs an operation in the name of who asks. What a library throws is kInternal. `operation` outlives the
  // call.
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> call(const Operation<Query, View>& operation, Asker asker,
                                            Query query) {
    return run(&operation, std::move(asker), std::move(query));
  }

  // The audit line of a change that came to this status, or was tried; of a reading there is none. `target`:
  // what is changed; `said`: what was made, or what was wrong. What strangers try is only counted: nobody
  // writes to this disk before they are known.
  void note(const OperationFacts& facts, const Asker& asker, const std::string& target, unsigned status,
            const std::string& said);
  void note_failure(const OperationFacts& facts, const Asker& asker, const std::string& target,
                    const Error& error);
  // What the audit line says of an error. The sentence of a refusal may repeat what somebody wrote, which
  // they may have to erase one day: of operations on texts it is the code alone.
  static std::string words_of(const OperationFacts& facts, const Error& error);
  // What a library throws ends one request, and is told.
  static Error fault(const std::exception& error);

 private:
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> run(const Operation<Query, View>* operation, Asker asker,
                                           Query query) {
    const OperationFacts& facts = operation->facts;
    const AuditOf<Query, View>& audit = operation->audit;
    if (const Status allowed = may(facts, asker.caller); !allowed.ok()) co_return allowed.error();
    const std::string target = audit.target != nullptr ? audit.target(query) : std::string();
    Result<View> out = fail(Code::kInternal, "the operation did not end");
    try {
      out = co_await operation->run(asker, std::move(query));
    } catch (const std::exception& error) {
      out = fault(error);
    }
    if (!out.ok()) {
      note_failure(facts, asker, target, out.error());
    } else {
      note(facts, asker, target, audit.status != nullptr ? audit.status(*out) : facts.status,
           audit.made != nullptr ? audit.made(*out) : std::string());
    }
    co_return out;
  }

  Parts parts_;
};

}  // namespace koinon
