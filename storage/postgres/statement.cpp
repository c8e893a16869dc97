#include "storage/postgres/statement.h"

#include <algorithm>
#include <bit>

#include "storage/postgres/connection.h"
#include "storage/postgres/server_types.h"

namespace koinon::postgres {
namespace {

// The first piece is small: many who walk want one row. The last ones are large.
constexpr int kFirstPiece = 32;
constexpr int kLargestPiece = 512;

bool is_known(Oid type) {
  using namespace server_type;
  return type == kBool || type == kBytea || type == kInt8 || type == kInt2 || type == kInt4 ||
         type == kText || type == kFloat8;
}

std::uint64_t big_endian(BytesView bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

}  // namespace

Status Rows::take(Answer answer) {
  answer_ = std::move(answer);
  row_ = -1;
  for (int column = 0; column < PQnfields(answer_.get()); ++column) {
    if (!is_known(PQftype(answer_.get(), column)))
      return fail(Code::kInternal,
                  "column " + std::to_string(column) + " has a type of PostgreSQL that is not expected",
                  "store");
  }
  return {};
}

int Rows::count() const { return PQntuples(answer_.get()); }

bool Rows::next() { return answer_ && ++row_ < count(); }

bool Rows::is_null(int column) const { return PQgetisnull(answer_.get(), row_, column) != 0; }

BytesView Rows::bytes(int column) const {
  if (is_null(column)) return {};
  return {PQgetvalue(answer_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(answer_.get(), row_, column))};
}

BytesView Rows::blob(int column) const { return bytes(column); }

std::int64_t Rows::integer(int column) const {
  const BytesView value = bytes(column);
  switch (PQftype(answer_.get(), column)) {
    case server_type::kInt4:
      return static_cast<std::int32_t>(big_endian(value));
    case server_type::kInt2:
      return static_cast<std::int16_t>(big_endian(value));
    case server_type::kInt8:
    case server_type::kBool:
      return static_cast<std::int64_t>(big_endian(value));
    default:
      return 0;
  }
}

double Rows::real(int column) const {
  return PQftype(answer_.get(), column) == server_type::kFloat8
             ? std::bit_cast<double>(big_endian(bytes(column)))
             : static_cast<double>(integer(column));
}

BoundStatement::BoundStatement(Connection& connection, std::string_view sql, int parameters)
    : connection_(connection), sql_(sql), parameters_(parameters) {}

Result<bool> BoundStatement::step() {
  if (!asked_) {
    asked_ = true;
    values_.complete(parameters_);
    KOINON_ASSIGN(Answer answer, connection_.ask(sql_, values_));
    KOINON_TRY(rows_.take(std::move(answer)));
  }
  return rows_.next();
}

Status BoundStatement::run() {
  values_.complete(parameters_);
  return connection_.run(sql_, values_);
}

WalkStatement::~WalkStatement() {
  if (cursor_.empty()) return;
  connection_.close_cursor(cursor_);
  if (own_transaction_) connection_.rollback();
}

Result<bool> WalkStatement::step() {
  if (rows_.next()) return true;
  if (asked_ && rows_.count() < piece_) return false;  // that was the last piece
  KOINON_TRY(fetch());
  return rows_.next();
}

Status WalkStatement::fetch() {
  if (!asked_) {
    values_.complete(parameters_);
    if (!connection_.in_transaction()) {
      KOINON_TRY(connection_.begin_reading());
      own_transaction_ = true;
    }
    asked_ = true;
    KOINON_ASSIGN(cursor_, connection_.open_cursor(sql_, values_));
  }
  piece_ = piece_ == 0 ? kFirstPiece : std::min(piece_ * 4, kLargestPiece);
  KOINON_ASSIGN(Answer answer, connection_.fetch(cursor_, piece_));
  return rows_.take(std::move(answer));
}

Status WalkStatement::run() {
  while (true) {
    KOINON_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

}  // namespace koinon::postgres
