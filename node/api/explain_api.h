// Why a city or a record is here, or what stands in the way.
//
// On the reading thread that its parts belong to; what is asked of the network is answered on the network's.
#pragma once

#include "node/api/api.h"
#include "node/api/explanation.h"
#include "node/api/operation.h"

namespace koinon {

// By its name here, or its log id; one that nobody here knows has an explanation too.
struct ExplainCityQuery {
  std::string city;
};

struct ExplainRecordQuery {
  std::string city;
  EntryIndex index;
};
// kInvalidArgument: the index is no number.
Result<ExplainRecordQuery> read_explain_record_query(std::string city, const std::string& index);

class ExplainApi {
 public:
  explicit ExplainApi(ApiShared& shared);

  const Operation<ExplainCityQuery, ExplanationView> city;
  const Operation<ExplainRecordQuery, ExplanationView> record;

 private:
  boost::asio::awaitable<Result<ExplanationView>> explain_a_city(Asker asker, ExplainCityQuery query);
  boost::asio::awaitable<Result<ExplanationView>> explain_a_record(Asker asker, ExplainRecordQuery query);
  boost::asio::awaitable<Result<ExplanationView>> explain_what_is_not_held(std::string name);

  ApiParts& parts_;
};

}  // namespace koinon
