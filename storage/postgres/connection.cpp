#include "storage/postgres/connection.h"

#include <string_view>
#include <utility>

#include "storage/postgres/bulk_copy.h"
#include "storage/postgres/errors.h"
#include "storage/postgres/portable.h"
#include "storage/postgres/statement.h"
#include "storage/postgres/turned_away.h"

namespace koinon::postgres {
namespace {

// A commit that is durable must be so whatever the server's configuration says, now or later: what a session
// has set itself stays when the server reads its configuration anew. Where it waits until copies show what
// was committed as well, that stays.
constexpr const char* kBeDurable =
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' "
    "THEN 'remote_apply' ELSE 'on' END, false)";
// What a change reads behind a lock must be what stands then, whatever the server's default is.
constexpr const char* kBegin = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr const char* kNotDurable = "SET LOCAL synchronous_commit TO off";
constexpr std::chrono::seconds kSizeEvery{5};
constexpr const char* kReading = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

Error not_possible(std::string_view what) {
  return fail(Code::kInternal, std::string(what) + " inside a transaction", "store");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const PostgresPlace& place, ConnectionOptions options) {
  std::unique_ptr<Connection> connection(new Connection(place, std::move(options)));
  const Status made = connection->make_link();
  if (made.ok()) return connection;
  if (made.error().id != "database.away" || !is_turned_away(place.url)) return made.error();
  return turned_away(made.error());
}

Status Connection::make_link() {
  for (auto& [text, one] : programs_) one.prepared = false;
  KOINON_ASSIGN(link_, Link::open(place_.url,
                                  {options_.to_primary, options_.schema, options_.name, options_.deadline}));
  ++times_made_;
  bool of_earlier = false;
  KOINON_TRY(link_->ask(kBeDurable, of_earlier));
  return {};
}

Status Connection::have_link() {
  if (link_->is_alive()) return {};
  if (!options_.comes_back || open_) return away("the connection is gone");
  return make_link();
}

// A statement outside a transaction that met a server which had gone is tried once more: it may be back.
Result<Answer> Connection::ask(const std::string& sql, const Values& values) {
  if (broken_) return *broken_;
  const bool reads = sql.starts_with("SELECT");
  for (int tries = 0;; ++tries) {
    KOINON_TRY(have_link());
    (void)link_->has_warned();
    bool of_earlier = false;
    auto answer = link_->ask(program(sql, values), values, of_earlier);
    if (answer.ok()) {
      if (!open_ && !reads) KOINON_TRY(check_copies());
      return answer;
    }
    const bool again = tries == 0 && !link_->is_alive() && !open_ && options_.comes_back && reads;
    if (!again) return failed(answer.error(), of_earlier);
  }
}

Status Connection::run(const std::string& sql, const Values& values) {
  if (broken_) return *broken_;
  if (!open_) {
    const auto answer = ask(sql, values);
    return answer.ok() ? Status() : Status(answer.error());
  }
  KOINON_TRY(have_link());
  const Status sent = link_->send(program(sql, values), values);
  return sent.ok() ? sent : Status(failed(sent.error(), true));
}

// Of a transaction: a link that is gone, or a statement that nobody waited for, ends it.
Error Connection::failed(const Error& why, bool of_earlier) {
  if (open_ && (of_earlier || !link_->is_alive())) broken_ = why;
  return why;
}

Program& Connection::program(const std::string& sql, const Values& values) {
  std::string key = sql;
  for (const Oid type : values.types()) key += '\0' + std::to_string(type);
  const auto found = programs_.find(key);
  if (found != programs_.end()) return found->second;
  Program made{"k" + std::to_string(programs_.size()), of_portable(sql).text, values.types(), false};
  return programs_.emplace(std::move(key), std::move(made)).first->second;
}

int Connection::parameters_of(std::string_view sql) {
  const auto found = parameters_.find(sql);
  if (found != parameters_.end()) return found->second;
  return parameters_.emplace(std::string(sql), of_portable(sql).parameters).first->second;
}

sql::Statement Connection::prepare(std::string_view sql) {
  return sql::Statement(std::make_unique<BoundStatement>(*this, sql, parameters_of(sql)));
}

sql::Statement Connection::walk(std::string_view sql) {
  return sql::Statement(std::make_unique<WalkStatement>(*this, sql, parameters_of(sql)));
}

Result<std::unique_ptr<sql::BulkInsert>> Connection::bulk(const sql::BulkTable& table, std::size_t rows) {
  return make_bulk(*this, table, rows);
}

Status Connection::execute(const std::string& sql) { return execute(sql, options_.deadline); }

Status Connection::execute(const std::string& sql, std::chrono::milliseconds deadline) {
  if (broken_) return *broken_;
  KOINON_TRY(have_link());
  if (const Status settled = link_->settle(); !settled.ok()) return failed(settled.error(), true);
  const auto answer = link_->run_text(sql, deadline);
  return answer.ok() ? Status() : Status(failed(answer.error(), false));
}

Result<std::int64_t> Connection::changes() {
  if (broken_) return *broken_;
  if (const Status settled = link_->settle(); !settled.ok()) return failed(settled.error(), true);
  return link_->changes();
}

// As ask(): a connection that had gone before this transaction is made again.
Status Connection::begin(bool durable) {
  if (open_) return not_possible("a transaction cannot begin");
  const Status begun = try_begin(durable);
  const bool again = !begun.ok() && !link_->is_alive() && options_.comes_back;
  return again ? try_begin(durable) : begun;
}

Status Connection::try_begin(bool durable) {
  KOINON_TRY(have_link());
  KOINON_TRY(link_->send(kBegin));
  if (!durable) KOINON_TRY(link_->send(kNotDurable));
  open_ = true;
  broken_.reset();
  if (!options_.may_write) return {};
  const Status may = options_.may_write(*this);
  if (!may.ok()) rollback();
  return may;
}

Status Connection::begin_reading() {
  if (broken_) return *broken_;
  if (open_) return not_possible("reading cannot begin");
  KOINON_TRY(have_link());
  KOINON_TRY(link_->send(kReading));
  open_ = true;
  broken_.reset();
  return {};
}

// Where the connection is lost meanwhile nobody knows whether it was committed.
Status Connection::commit() {
  if (!open_) return fail(Code::kInternal, "no transaction is open", "store");
  if (broken_) return *broken_;
  bool of_earlier = false;
  (void)link_->has_warned();
  const auto done = link_->ask("COMMIT", of_earlier);
  if (!done.ok()) return failed(done.error(), true);
  open_ = false;
  KOINON_TRY(check_copies());
  if (std::string_view(PQcmdStatus(done->get())) == "COMMIT") return {};
  return fail(Code::kIo, "the database has undone the transaction", "store");
}

// PostgreSQL, "synchronous_standby_names": a wait for a copy that is called off ends with a warning alone.
Status Connection::check_copies() {
  if (!link_->has_warned()) return {};
  return link_->give_up("the commit stands on one server, and it is not known whether a copy has it");
}

void Connection::rollback() {
  broken_.reset();
  if (!std::exchange(open_, false) || !link_->is_alive()) return;
  (void)link_->settle();
  bool of_earlier = false;
  (void)link_->ask("ROLLBACK", of_earlier);
}

bool Connection::in_transaction() const { return open_ && !broken_ && link_->is_alive(); }

Result<bool> Connection::fold() { return fold_ ? fold_() : Result<bool>(true); }

// The server looks at each file of the database for it.
Result<std::uint64_t> Connection::bytes() {
  const auto now = std::chrono::steady_clock::now();
  if (size_ && now - size_->at < kSizeEvery) return size_->bytes;
  auto select = prepare("SELECT pg_database_size(current_database())");
  KOINON_TRY(select.step());
  size_ = Size{static_cast<std::uint64_t>(select.number(0)), now};
  return size_->bytes;
}

Status Connection::maintain(const std::string& sql, std::chrono::milliseconds deadline) {
  if (open_) return not_possible("maintenance is not possible");
  KOINON_TRY(have_link());
  const auto answer = link_->run_text(sql, deadline);
  return answer.ok() ? Status() : Status(answer.error());
}

Result<std::string> Connection::open_cursor(const std::string& sql, const Values& values) {
  const std::string name = "w" + std::to_string(cursors_++);
  KOINON_TRY(run("DECLARE " + name + " BINARY NO SCROLL CURSOR FOR " + sql, values));
  return name;
}

Result<Answer> Connection::fetch(const std::string& cursor, int rows) {
  return ask("FETCH " + std::to_string(rows) + " FROM " + cursor, Values());
}

void Connection::close_cursor(const std::string& cursor) {
  --cursors_;
  if (in_transaction()) (void)run("CLOSE " + cursor, Values());
}

Result<Link*> Connection::idle_link() {
  if (broken_) return *broken_;
  KOINON_TRY(have_link());
  if (const Status settled = link_->settle(); !settled.ok()) return failed(settled.error(), true);
  return link_.get();
}

}  // namespace koinon::postgres
