// What a data folder says of its node while koinond does not run. All of it comes from the functions of the
// API (node/api), so that it reads as it does from a koinond that runs.
//
// Nothing but stopped_link() changes anything; a koinond may start meanwhile. Root becomes the user to whom
// the folder belongs (folder_owner.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "node/reading/nearness.h"
#include "node/text/params.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// `config`: the configuration, where somebody names it; else find_config() finds it.

// As GET /api/v1/id. The address is that of koinond.toml: what koinond is given as an option nobody knows
// here. kRefused: the node key is sealed, and its passphrase is not at hand.
Result<boost::json::object> stopped_id(const std::filesystem::path& data, const std::string& config);

// As POST /api/v1/accounts/NAME/link. Takes the folder's lock: kRefused while another program uses it.
Result<boost::json::object> stopped_link(const std::filesystem::path& data, const std::string& config,
                                         const std::string& account);

// Its lists, searches and records.
class StoppedNode {
 public:
  // `config`: as above. kRefused: the store is of another version. kNotFound: there is no search index, which
  // koinond makes.
  static Result<StoppedNode> open(const std::filesystem::path& data, const std::string& config);

  // As GET /api/v1/records and /api/v1/search, with the same parameters.
  Result<boost::json::object> records(const Params& params) const;
  Result<boost::json::object> search(const Params& params) const;
  // As GET /api/v1/records/REF, and REF/markdown.
  Result<boost::json::object> record(const std::string& ref) const;
  Result<std::string> markdown(const std::string& ref) const;

 private:
  StoppedNode() = default;

  std::unique_ptr<StoreReader> store_;
  std::unique_ptr<IndexReader> index_;
  std::unique_ptr<Nearness> nearness_ = std::make_unique<Nearness>();  // which log has which name
};

}  // namespace koinon
