#include "node/pages/city_profile.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/message_json.h"
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

boost::asio::awaitable<boost::json::object> own_profile(PageFrame* frame, const RecordsApi* records,
                                                        Visit visit) {
  const std::string ours = frame->shared().parts.facts.name;
  const auto said = co_await profile_of(frame, records, std::move(visit), ours);
  co_return said ? message_json(*said) : boost::json::object();
}

}  // namespace koinon
