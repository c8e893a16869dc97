// Explains why a city or a record is here, or why it is not.
//
// On the reading thread of its parts; questions to the network are answered on the network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/explanation.h"
#include "node/api/operation.h"
#include "proto/codec/ref.h"

namespace koinon {

// A city by its name on this node, or by its log id. A city that this node does not know has an explanation
// too.
struct ExplainCityQuery {
  std::string city;
};

struct ExplainRecordQuery {
  std::string city;
  EntryName entry;
};
// kInvalidArgument: it names no entry.
Result<ExplainRecordQuery> read_explain_record_query(std::string city, const std::string& entry);

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
