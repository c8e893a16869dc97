// Reads a node: what its koinond says, or where none runs, what its data folder has. Both read the same.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/json/value.hpp>

#include "node/text/params.h"
#include "tools/api_client.h"
#include "tools/stopped_node.h"

namespace koinon {

class ReadingClient {
 public:
  // `config`: the configuration, where somebody names it.
  ReadingClient(std::string data, std::string config)
      : data_(std::move(data)), config_(std::move(config)), client_(data_) {}

  // As StoppedNode has them. The first that finds no koinond says so on standard error.
  Result<boost::json::value> records(const Params& params);
  Result<boost::json::value> search(const Params& params);
  Result<boost::json::value> record(const std::string& ref);
  Result<std::string> markdown(const std::string& ref);

 private:
  template <typename Answer>
  Result<Answer> read(const std::function<Result<Answer>()>& ask,
                      const std::function<Result<Answer>(const StoppedNode&)>& look);

  std::string data_;
  std::string config_;
  ApiClient client_;
  std::unique_ptr<StoppedNode> stopped_;  // set once no koinond was found
};

// One line on standard error: the answer is that of the data folder.
void tell_it_is_stopped();

}  // namespace koinon
