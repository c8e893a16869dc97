// One connection to a PostgreSQL server: statements are sent without waiting for those before them (libpq,
// "Pipeline Mode"), and every wait has a deadline. What a connection means, whether it may be made again, and
// what a transaction is, says connection.h.
//
// On one thread.
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::postgres {

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, FreeResult>;

// A text that the server prepares once, under a name.
struct Program {
  std::string name;
  std::string text;
  std::vector<Oid> types;  // of the parameters; 0: the server finds out
  bool prepared = false;   // on this link
};

// What the parameters of a statement are bound to. Blobs and texts are viewed.
class Values {
 public:
  void put(int position, std::int64_t value);
  void put_real(int position, double value);
  void put_blob(int position, BytesView value);
  // What a server does not have in texts becomes U+FFFD (portable.h).
  void put_text(int position, std::string_view value);
  void put_null(int position);
  // Of so many parameters.
  void complete(int parameters);
  const std::vector<Oid>& types() const { return types_; }

 private:
  friend class Link;
  struct Value {
    BytesView bytes;
    std::optional<std::array<char, 8>> own;
    std::string text;  // where it is not what was given
    bool null = true;
  };
  Value& at(int position, Oid type);
  std::vector<Oid> types_;
  std::vector<Value> values_;
};

class Link {
 public:
  struct Options {
    bool to_primary = false;                     // only to a server that takes changes
    std::string schema;                          // where names of tables are looked up
    std::string name;                            // who connects, for the server's operator
    std::chrono::milliseconds deadline{60'000};  // of every wait
  };
  static Result<std::unique_ptr<Link>> open(const std::string& url, const Options& options);

  // The answer counts when settle() or ask() says so. kUnavailable: the link is gone.
  Status send(Program& program, const Values& values);
  Status send(const char* text);
  // Waits for all that was sent. The error of the first that failed: those behind it were not carried out.
  Status settle();
  // Sends, and waits for it and for all that was sent before. `of_earlier`: the error is of one of those.
  Result<Answer> ask(Program& program, const Values& values, bool& of_earlier);
  Result<Answer> ask(const char* text, bool& of_earlier);
  // Several statements in one text, waited for. With nothing in flight.
  Result<Answer> run_text(const std::string& text, std::chrono::milliseconds deadline);
  // COPY … FROM STDIN. With nothing in flight; nothing else is sent until end_copy.
  Status begin_copy(const std::string& text);
  Status put_copy(BytesView bytes);
  // `why`: given up for that reason.
  Status end_copy(const char* why = nullptr);

  bool is_alive() const { return alive_; }
  // Whether the server has warned since this was asked last. With a commit: a copy of the server that it
  // should have waited for may not have it.
  bool has_warned() { return std::exchange(*warned_, false); }
  // The link is gone, because nothing is to be believed of it any more.
  Error give_up(std::string_view why);
  // From any thread: whatever waits fails, and the link is gone.
  void interrupt();
  // Rows that the last statement of those that were waited for has changed.
  std::int64_t changes() const { return changes_; }

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Sent {
    Program* prepares = nullptr;  // null: it is a statement
  };
  using Deadline = std::chrono::steady_clock::time_point;

  Link(std::unique_ptr<PGconn, Close> connection, std::chrono::milliseconds deadline)
      : connection_(std::move(connection)), deadline_(deadline) {}
  Error lost(std::string_view why);
  Status sent(int done);
  Status wait_for(bool to_write, Deadline until);
  Status flush(Deadline until);
  Result<Answer> next(Deadline until);
  Status take(Answer& last, bool& of_earlier);
  Status leave_pipeline();
  Status enter_pipeline();
  Deadline until() const { return std::chrono::steady_clock::now() + deadline_; }

  std::unique_ptr<PGconn, Close> connection_;
  std::chrono::milliseconds deadline_;
  std::deque<Sent> in_flight_;
  bool alive_ = true;
  bool in_pipeline_ = false;
  std::int64_t changes_ = 0;
  std::unique_ptr<bool> warned_ = std::make_unique<bool>(false);  // where libpq finds it
};

}  // namespace koinon::postgres
