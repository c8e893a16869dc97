// The only way to call an operation. It checks the caller's rights, runs the operation, and writes the audit
// line of a change. JSON and pages both use it, so a page can do exactly what the API can do.
//
// Belongs to one thread, like the accounts.
#pragma once

#include <exception>
#include <functional>

#include "node/access/refusals.h"
#include "node/api/answer_memory.h"
#include "node/api/operation.h"
#include "node/api/reader_rule.h"
#include "storage/office/accounts.h"

namespace koinon {

class CallGate {
 public:
  struct Parts {
    bool public_reading = false;
    Accounts& accounts;  // they keep the audit log
    Refusals& refusals;
    std::function<UnixMillis()> clock;
    std::function<void(const AuditLine&)> log_change;  // to the daemon's own log
    const ReaderFacts* reader = nullptr;               // of a reader; else none
    AnswerMemory* memory = nullptr;                    // where everything is asked by the same visitor
  };
  // The references in `parts` must live longer than this.
  explicit CallGate(Parts parts) : parts_(std::move(parts)) {}

  // Whether the caller may call the operation. kUnauthenticated or kRefused: no.
  Status may(const OperationFacts& facts, const Caller& caller) const;

  // Runs an operation for a caller. An exception of a library becomes kInternal. `operation` must live longer
  // than the call.
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> call(const Operation<Query, View>& operation, Asker asker,
                                            Query query) {
    return run(&operation, std::move(asker), std::move(query));
  }

  // Writes the audit line of a change with its status, also if the change failed. There is none for reading.
  // `target` is what was changed. `said` is what was made, or what was wrong. Tries of strangers are only
  // counted: no unknown caller may write to this disk.
  void note(const OperationFacts& facts, const Asker& asker, const std::string& target, unsigned status,
            const std::string& said);
  void note_failure(const OperationFacts& facts, const Asker& asker, const std::string& target,
                    const Error& error);
  // The words of the audit line for an error. The sentence of an error may repeat a text that must be erased
  // one day. So for operations on texts it is only the code.
  static std::string words_of(const OperationFacts& facts, const Error& error);
  // An exception of a library ends one request, and is logged.
  static Error fault(const std::exception& error);

 private:
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> run(const Operation<Query, View>* operation, Asker asker,
                                           Query query) {
    const OperationFacts& facts = operation->facts;
    const AuditOf<Query, View>& audit = operation->audit;
    const std::string target = audit.target != nullptr ? audit.target(query) : std::string();
    if (const Status allowed = may(facts, asker.caller); !allowed.ok()) {
      note_failure(facts, asker, target, allowed.error());
      co_return allowed.error();
    }
    Result<View> out = fail(Code::kInternal, "the operation did not end");
    try {
      out = co_await answer(operation, asker, std::move(query));
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

  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> answer(const Operation<Query, View>* operation, const Asker& asker,
                                              Query query) {
    if constexpr (AnswerMemory::kHolds<Query, View>) {
      if (parts_.memory != nullptr && !operation->facts.changes()) {
        if (const auto* known = parts_.memory->find<View>(operation, query)) co_return *known;
        Result<View> out = co_await operation->run(asker, query);
        if (out.ok()) parts_.memory->keep(operation, std::move(query), out);
        co_return out;
      }
    }
    co_return co_await operation->run(asker, std::move(query));
  }

  Parts parts_;
};

}  // namespace koinon
