#include "storage/office/late_office.h"

#include <chrono>
#include <optional>
#include <utility>

namespace koinon {
namespace {

// Whoever asks waits while it is opened, which may take long where nobody answers. So it is not tried for
// each of them.
constexpr std::chrono::seconds kPause{2};

class LateConnection final : public sql::Connection {
 public:
  explicit LateConnection(std::function<Result<OfficeDb>()> open) : open_(std::move(open)) {}

  Status execute(const std::string& sql) override {
    KOINON_TRY(have());
    return there_->connection().execute(sql);
  }
  sql::Statement prepare(std::string_view sql) override {
    if (const Status had = have(); !had.ok()) return sql::Statement(had.error());
    return there_->connection().prepare(sql);
  }
  sql::Statement walk(std::string_view sql) override {
    if (const Status had = have(); !had.ok()) return sql::Statement(had.error());
    return there_->connection().walk(sql);
  }
  Result<std::unique_ptr<sql::BulkInsert>> bulk(const sql::BulkTable& table, std::size_t rows) override {
    KOINON_TRY(have());
    return there_->connection().bulk(table, rows);
  }
  Result<std::int64_t> changes() override {
    KOINON_TRY(have());
    return there_->connection().changes();
  }
  Status begin(bool durable) override {
    KOINON_TRY(have());
    return there_->connection().begin(durable);
  }
  Status commit() override {
    KOINON_TRY(have());
    return there_->connection().commit();
  }
  void rollback() override {
    if (there_) there_->connection().rollback();
  }
  bool in_transaction() const override { return there_ && there_->connection().in_transaction(); }
  Result<bool> fold() override {
    KOINON_TRY(have());
    return there_->connection().fold();
  }
  Result<std::uint64_t> bytes() override {
    KOINON_TRY(have());
    return there_->connection().bytes();
  }

 private:
  Status have() {
    if (there_) return {};
    const auto now = std::chrono::steady_clock::now();
    if (failed_ && now < again_) return *failed_;
    auto opened = open_();
    if (!opened.ok()) {
      failed_ = opened.error();
      again_ = std::chrono::steady_clock::now() + kPause;
      return opened.error();
    }
    there_.emplace(std::move(*opened));
    failed_.reset();
    return {};
  }

  std::function<Result<OfficeDb>()> open_;
  mutable std::optional<OfficeDb> there_;
  std::optional<Error> failed_;  // the last attempt
  std::chrono::steady_clock::time_point again_;
};

}  // namespace

OfficeDb late_office(std::function<Result<OfficeDb>()> open) {
  return OfficeDb::on_server(std::make_unique<LateConnection>(std::move(open)));
}

}  // namespace koinon
