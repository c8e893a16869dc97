#include "node/pages/city_profile.h"

#include <boost/asio/use_awaitable.hpp>

#include "node/api/records_api.h"

namespace koinon {

boost::asio::awaitable<std::optional<v1::Profile>> profile_of(PageFrame* frame, const RecordsApi* records,
                                                              Visit visit, std::string city) {
  RecordListQuery query;
  query.query.kind = v1::KIND_PROFILE;
  query.query.limit = 1;
  query.city = std::move(city);
  const auto profiles = co_await frame->call(visit, records->list, std::move(query));
  if (!profiles.ok() || profiles->items.empty()) co_return std::nullopt;
  const RecordQuery latest{profiles->items.front().ref, false};
  const auto found = co_await frame->call(visit, records->get, latest);
  if (!found.ok() || !found->record.body || !found->record.body->has_profile()) co_return std::nullopt;
  co_return found->record.body->profile();
}

}  // namespace koinon
