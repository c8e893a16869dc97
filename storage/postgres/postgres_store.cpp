#include "storage/postgres/postgres_store.h"

#include <optional>
#include <utility>

#include "storage/postgres/connection.h"
#include "storage/postgres/erased_rows_worker.h"
#include "storage/postgres/lease.h"
#include "storage/postgres/lease_keeper.h"
#include "storage/postgres/places.h"
#include "storage/postgres/postgres_schema.h"
#include "storage/postgres/schema_steps.h"
#include "storage/store/move_marks.h"
#include "storage/store/sql_store.h"

namespace koinon {
namespace {

constexpr std::uint64_t kUnknownRoom = std::uint64_t{1} << 62;  // the server says it when it is full
constexpr std::chrono::seconds kReadDeadline{30};
constexpr const char* kStoreSchema = "koinon_store";
constexpr const char* kKeptSchema = "koinon_grace";

postgres::ConnectionOptions reading() {
  postgres::ConnectionOptions options;
  options.schema = kStoreSchema;
  options.name = "koinon reader";
  options.deadline = kReadDeadline;
  return options;
}

class PostgresReadEngine final : public ReadEngine {
 public:
  explicit PostgresReadEngine(std::unique_ptr<postgres::Connection> db) : db_(std::move(db)) {}
  sql::Connection& connection() override { return *db_; }
  Result<StoreLag> lag() override { return postgres::lag_of(*db_); }

 private:
  std::unique_ptr<postgres::Connection> db_;
};

class PostgresEngine final : public StoreEngine {
 public:
  PostgresEngine(std::unique_ptr<postgres::Connection> db, PostgresStoreOptions options)
      : db_(std::move(db)), options_(std::move(options)) {}
  // A transaction that is open would hold the lease.
  ~PostgresEngine() override {
    keeper_.reset();
    db_->rollback();
    if (lease_) lease_->give_back(*db_);
  }
  PostgresEngine(const PostgresEngine&) = delete;
  PostgresEngine& operator=(const PostgresEngine&) = delete;

  // Brings the schema up to date and takes the lease.
  Status prepare();

  sql::Connection& connection() override { return *db_; }
  Result<StoreLag> lag() override { return StoreLag(); }
  Status make_place(std::int64_t log_number) override { return places_.make(*db_, log_number); }
  Result<std::unique_ptr<sql::Connection>> open_kept() override;
  Status remove_kept() override {
    return fail(Code::kIo, "the bodies that are kept for a grace time are damaged; restore the database",
                "store");
  }
  void note_erased() override {
    if (erased_) erased_->ask();
  }
  Result<Room> room() override { return Room{kUnknownRoom, 0, 0, 0}; }
  bool has_lease() const override { return lease_.has_value(); }
  Status keep_lease() override {
    if (keeper_) keeper_->stop();
    return lease_ ? lease_->keep(*db_) : Status();
  }

 private:
  Status take_lease();

  std::unique_ptr<postgres::Connection> db_;
  PostgresStoreOptions options_;
  postgres::Places places_;
  std::optional<postgres::Lease> lease_;
  std::optional<postgres::LeaseKeeper> keeper_;
  std::unique_ptr<postgres::ErasedRowsWorker> erased_;
};

Status PostgresEngine::take_lease() {
  KOINON_ASSIGN(lease_, postgres::Lease::take(*db_, options_.holder));
  if (options_.keeps_lease_at_start) keeper_.emplace(options_.place, *lease_, kStoreSchema);
  return {};
}

Status PostgresEngine::prepare() {
  // Whoever writes with an older program keeps its tables until it has ended.
  KOINON_ASSIGN(const int version, postgres::schema_version(*db_, postgres::store_tables()));
  if (version > 0) KOINON_TRY(take_lease());
  KOINON_TRY(postgres::bring_up_to_date(*db_, postgres::store_tables()));
  KOINON_TRY(postgres::bring_up_to_date(*db_, postgres::kept_tables()));
  if (version == 0) KOINON_TRY(take_lease());
  db_->set_may_write([this](sql::Connection& db) {
    places_.begin();
    return lease_->check(db);
  });
  erased_ = std::make_unique<postgres::ErasedRowsWorker>(options_.place, options_.erased_rewritten);
  db_->set_fold([this] { return Result<bool>(erased_->fold()); });
  return {};
}

// Another connection, whose transactions end for themselves; it is under the same lease. It rests for long,
// and what stands between this and the server may end it then. Nothing is believed of it from one transaction
// to the next, so it may come back.
Result<std::unique_ptr<sql::Connection>> PostgresEngine::open_kept() {
  postgres::ConnectionOptions options;
  options.schema = std::string(kKeptSchema) + "," + kStoreSchema;
  options.name = "koinon writer: erased bodies";
  options.to_primary = true;
  KOINON_ASSIGN(auto kept, postgres::Connection::open(options_.place, options));
  if (lease_) kept->set_may_write([this](sql::Connection& db) { return lease_->check(db); });
  return std::unique_ptr<sql::Connection>(std::move(kept));
}

Result<std::unique_ptr<postgres::Connection>> open_writer(const PostgresPlace& place) {
  postgres::ConnectionOptions options;
  options.schema = kStoreSchema;
  options.name = "koinon writer";
  options.to_primary = true;
  options.comes_back = false;
  return postgres::Connection::open(place, options);
}

}  // namespace

Result<std::unique_ptr<Store>> open_postgres_store(const PostgresStoreOptions& options) {
  KOINON_ASSIGN(auto db, open_writer(options.place));
  auto engine = std::make_unique<PostgresEngine>(std::move(db), options);
  KOINON_TRY(engine->prepare());
  return open_sql_store(std::move(engine), options);
}

Result<std::unique_ptr<StoreReader>> open_postgres_reader(const PostgresPlace& place) {
  KOINON_ASSIGN(auto db, postgres::Connection::open(place, reading()));
  KOINON_TRY(postgres::check_schema(*db, postgres::store_tables()));
  KOINON_TRY(check_move_marks(*db));
  return make_sql_reader(std::make_unique<PostgresReadEngine>(std::move(db)));
}

Result<StoreState> read_postgres_state(const PostgresPlace& place) {
  KOINON_ASSIGN(auto db, postgres::Connection::open(place, reading()));
  KOINON_TRY(postgres::check_schema(*db, postgres::store_tables()));
  return read_sql_state(std::make_unique<PostgresEngine>(std::move(db), PostgresStoreOptions()));
}

}  // namespace koinon
