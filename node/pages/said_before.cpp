#include "node/pages/said_before.h"

#include <algorithm>
#include <iterator>
#include <string>

#include <boost/asio/use_awaitable.hpp>

#include "node/api/records_api.h"

namespace koinon {
namespace {

constexpr int kVersionsBefore = 10;

// Empty: it revises none.
std::string revised_by(const RecordView& record) {
  const auto found = std::find_if(record.refs.begin(), record.refs.end(), [](const RefView& ref) {
    return ref.role == v1::REF_ROLE_REVISES && !ref.is_void && !ref.stands_not;
  });
  return found == record.refs.end() ? std::string() : found->ref;
}

bool lasts(const ReferringView& one) {
  return one.role == v1::REF_ROLE_ADOPTS || one.role == v1::REF_ROLE_ABOUT ||
         one.role == v1::REF_ROLE_DERIVES_FROM;
}

}  // namespace

boost::asio::awaitable<std::vector<ReferringView>> said_to_versions(PageFrame* frame,
                                                                    const RecordsApi* records, Visit visit,
                                                                    const RecordView* record) {
  std::vector<ReferringView> out = record->referred_by;
  std::string before = revised_by(*record);
  for (int looked = 0; looked < kVersionsBefore && !before.empty(); ++looked) {
    const auto found = co_await frame->call(visit, records->get, RecordQuery{before, false});
    if (!found.ok() || found->record.log != record->log) break;
    std::vector<ReferringView> said;
    std::copy_if(found->record.referred_by.begin(), found->record.referred_by.end(), std::back_inserter(said),
                 lasts);
    out.insert(out.begin(), said.begin(), said.end());
    before = revised_by(found->record);
  }
  co_return out;
}

}  // namespace koinon
