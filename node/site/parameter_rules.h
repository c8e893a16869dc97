// Which parameters an address takes, and which values. The names stand in the route table, the values in the
// OpenAPI document's parameters. So what the document says is what is checked, and no operation repeats it.
//
// Any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "node/api/routes.h"
#include "node/text/params.h"

namespace koinon {

class ParameterRules {
 public:
  // Those of the document that this program was built with.
  ParameterRules();
  // `parameters` is that member of the document's components.
  explicit ParameterRules(const boost::json::object& parameters);

  // kInvalidArgument: the route does not take this parameter, or not with this value. If a misspelt name were
  // passed over, the answer would be one to another question. Pages are excepted: programs that share links
  // add parameters of their own, and a page says itself which value it does not take.
  Status check(const OperationFacts& route, bool page, const Params& params) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;  // of parameters that have an enum
};

}  // namespace koinon
