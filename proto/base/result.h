// Result<T>: the one way that Koinon reports failure.
//
// An Error has a code for programs and a sentence for people. If a field or a peer is at fault, the Error
// names it. A sentence that pages show has an id, by which they translate it. Exceptions come only from
// libraries, and are caught where the library is called.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proto/base/sentence.h"

namespace koinon {

enum class Code {
  kInvalidArgument,  // what the caller gave breaks a rule; nothing was changed
  kMalformed,        // bytes from outside do not parse
  kTooLarge,         // a limit of base/limits.h is exceeded
  kBadSignature,     // a signature does not verify
  kBadProof,         // a Merkle proof does not lead to the signed root
  kNotFound,         // no such thing is held here
  kConflict,         // it contradicts what is already held
  kRefused,          // policy or state forbids it; try something else first
  kDiskFull,         // the file system has no room; reads go on
  kIo,               // the file system or database failed
  kUnavailable,      // try again later
  kUnauthenticated,  // the caller is not known: log in, or give a token
  kTooMany,          // too often in too short a time; try again later
  kWrongMethod,      // HTTP: this address does not take that method
  kInternal,         // a defect of ours
};

std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;  // one sentence for people: what happened and what to do
  std::string field;    // the field, file or peer at fault; may be empty
  std::string id = {};  // of the sentence, for its translation; empty: the sentence exists in English only
  MessageArguments arguments = {};  // of the sentence
  std::vector<Error> also = {};     // what else is wrong with what was given, field by field

  // "field: message", or the message alone.
  std::string text() const { return field.empty() ? message : field + ": " + message; }
};

inline Error fail(Code code, std::string message, std::string field = {}) {
  return Error{code, std::move(message), std::move(field)};
}

inline Error fail(Code code, Sentence sentence, std::string field = {}) {
  std::string message = filled(sentence.english, sentence.arguments);
  return Error{code, std::move(message), std::move(field), std::move(sentence.id),
               std::move(sentence.arguments)};
}

// The same sentence with another code and another field.
inline Error again_as(Code code, Error error, std::string field) {
  error.code = code;
  error.field = std::move(field);
  return error;
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    assert(ok());
    return *std::get_if<T>(&state_);
  }
  T& value() & {
    assert(ok());
    return *std::get_if<T>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<T>(&state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const {
    assert(!ok());
    return *std::get_if<Error>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    assert(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// Adds the error of a status, and what came with it, to a list of what is wrong.
void take_fault(std::vector<Error>& faults, const Status& status);
// All that is wrong as one error: the first, with the others in `also`. No errors are a success.
Status all_faults(std::vector<Error> faults);

}  // namespace koinon

// NOLINTBEGIN(bugprone-macro-parentheses): declarations and statements cannot stand in parentheses.
// Returns the error of a Status or Result expression to the caller.
#define KOINON_TRY(expr)                                           \
  do {                                                             \
    auto koinon_try_status = (expr);                               \
    if (!koinon_try_status.ok()) return koinon_try_status.error(); \
  } while (false)

#define KOINON_CONCAT_INNER(a, b) a##b
#define KOINON_CONCAT(a, b) KOINON_CONCAT_INNER(a, b)
// Declares `var` from a Result expression, or returns its error to the caller.
#define KOINON_ASSIGN(var, expr) KOINON_ASSIGN_INNER(KOINON_CONCAT(koinon_result_, __LINE__), var, expr)
#define KOINON_ASSIGN_INNER(tmp, var, expr) \
  auto tmp = (expr);                        \
  if (!tmp.ok()) return tmp.error();        \
  var = std::move(tmp).value()
// NOLINTEND(bugprone-macro-parentheses)
