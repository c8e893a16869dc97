#include "storage/move/place.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/places.h"
#include "storage/postgres/postgres_office.h"
#include "storage/postgres/postgres_schema.h"
#include "storage/postgres/schema_steps.h"

namespace koinon::move {
namespace {

constexpr std::chrono::hours kDeadline{1};  // to count, or to delete, the rows of a large table

Result<std::unique_ptr<postgres::Connection>> connect(const std::string& url) {
  postgres::ConnectionOptions options;
  options.schema = "koinon_store";
  options.name = "koinon store move";
  options.to_primary = true;
  options.comes_back = false;  // the same command goes on
  options.deadline = kDeadline;
  return postgres::Connection::open({url}, std::move(options));
}

Place of(std::unique_ptr<sql::Connection> store) {
  Place out;
  out.grace_name = "koinon_grace.body";
  out.is_server = true;
  out.make_room = [db = store.get(), places = std::make_shared<postgres::Places>()](std::int64_t log) {
    return places->make(*db, log);
  };
  out.store = std::move(store);
  return out;
}

Result<Place> with_office(Place place, const std::string& url) {
  KOINON_ASSIGN(auto office, open_postgres_office({url}, true));
  place.office = std::make_unique<OfficeDb>(std::move(office));
  return place;
}

}  // namespace

Result<Place> open_server_ahead(const std::string& url) {
  KOINON_ASSIGN(auto db, connect(url));
  KOINON_TRY(postgres::check_schema(*db, postgres::store_tables()));
  return of(std::move(db));
}

Result<Place> open_server(const std::string& url) {
  KOINON_ASSIGN(Place place, open_server_ahead(url));
  return with_office(std::move(place), url);
}

Result<Place> make_server(const std::string& url) {
  KOINON_ASSIGN(auto db, connect(url));
  KOINON_TRY(postgres::bring_up_to_date(*db, postgres::store_tables()));
  KOINON_TRY(postgres::bring_up_to_date(*db, postgres::kept_tables()));
  return with_office(of(std::move(db)), url);
}

}  // namespace koinon::move
