#include "storage/postgres/bulk_copy.h"

#include <bit>
#include <string_view>

#include "storage/postgres/portable.h"

namespace koinon::postgres {
namespace {

// A COPY needs three waits, an insert none.
constexpr std::size_t kFewRows = 12;
constexpr std::size_t kBuffered = 64 * 1024;
constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);

std::string names_of(const sql::BulkTable& table) {
  std::string out;
  for (const std::string_view column : table.columns)
    out += (out.empty() ? "\"" : ", \"") + std::string(column) + "\"";
  return out;
}

class Inserts final : public sql::BulkInsert {
 public:
  Inserts(Connection& connection, const sql::BulkTable& table) : connection_(connection) {
    std::string values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) values += values.empty() ? "?" : ", ?";
    sql_ = "INSERT INTO " + std::string(table.name) + " (" + names_of(table) + ") VALUES (" + values + ")";
  }
  void put(std::int64_t value) override { values_.put(++position_, value); }
  void put_real(double value) override { values_.put_real(++position_, value); }
  void put_blob(BytesView value) override { values_.put_blob(++position_, value); }
  void put_text(std::string_view value) override { values_.put_text(++position_, value); }
  void put_null() override { values_.put_null(++position_); }
  Status end_row() override {
    position_ = 0;
    return connection_.run(sql_, values_);
  }
  Status finish() override { return {}; }

 private:
  Connection& connection_;
  std::string sql_;
  Values values_;
  int position_ = 0;
};

class Copy final : public sql::BulkInsert {
 public:
  Copy(Link& link, std::size_t columns) : link_(link), columns_(columns) {
    buffer_ = kSignature;
    put_number(0, 4);  // flags
    put_number(0, 4);  // no extension
  }
  ~Copy() override {
    if (!finished_ && link_.is_alive()) (void)link_.end_copy("given up");
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  void put(std::int64_t value) override {
    begin_value(8);
    put_number(static_cast<std::uint64_t>(value), 8);
  }
  void put_real(double value) override {
    begin_value(8);
    put_number(std::bit_cast<std::uint64_t>(value), 8);
  }
  void put_blob(BytesView value) override {
    begin_value(value.size());
    buffer_ += value;
  }
  void put_text(std::string_view value) override {
    const auto kept = text_for_server(value);
    put_blob(kept ? std::string_view(*kept) : value);
  }
  void put_null() override { begin_value(0xFFFFFFFF); }
  Status end_row() override {
    in_row_ = false;
    return buffer_.size() < kBuffered ? Status() : send();
  }
  Status finish() override {
    put_number(0xFFFF, 2);
    KOINON_TRY(send());
    finished_ = true;
    return link_.end_copy();
  }

 private:
  void put_number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i) buffer_ += static_cast<char>(value >> (8 * (i - 1)) & 0xFF);
  }
  void begin_value(std::size_t bytes) {
    if (!std::exchange(in_row_, true)) put_number(columns_, 2);
    put_number(bytes, 4);
  }
  Status send() {
    const Status sent = link_.put_copy(buffer_);
    buffer_.clear();
    return sent;
  }

  Link& link_;
  std::size_t columns_;
  Bytes buffer_;
  bool in_row_ = false;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<sql::BulkInsert>> make_bulk(Connection& connection, const sql::BulkTable& table,
                                                   std::size_t rows) {
  if (rows <= kFewRows) return std::unique_ptr<sql::BulkInsert>(std::make_unique<Inserts>(connection, table));
  KOINON_ASSIGN(Link * link, connection.idle_link());
  KOINON_TRY(link->begin_copy("COPY " + std::string(table.name) + " (" + names_of(table) +
                              ") FROM STDIN (FORMAT binary)"));
  return std::unique_ptr<sql::BulkInsert>(std::make_unique<Copy>(*link, table.columns.size()));
}

}  // namespace koinon::postgres
