// Where the store and the office of a node are: in files of its data folder (SQLite), or on a server
// (PostgreSQL). Each thread opens connections of its own by it. Any thread; opening takes a while.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "node/daemon/data_folder.h"
#include "storage/office/office_db.h"
#include "storage/store/store.h"
#include "storage/store/store_options.h"

namespace koinon {

class StoreSource {
 public:
  // `url`: that of store.url; empty: the folder's own files. A reader changes nothing there.
  // kInvalidArgument: the url is none, or has a password in it; or a reader has no server.
  static Result<StoreSource> of(const DataFolder& folder, const std::string& url, bool reader);
  // By the configuration that koinond goes by: of a node that may be stopped.
  static Result<StoreSource> configured(const DataFolder& folder);

  bool is_on_server() const { return !url_.empty(); }
  bool is_reader() const { return reader_; }
  const std::string& url() const { return url_; }
  // For people and logs: the file, or the server and its database, without as whom the node comes.
  std::string place() const;
  // `file_quota`: of the store's file; a server has its own. kUnavailable: the server is away, or another
  // process writes there.
  Result<std::unique_ptr<Store>> open_writer(const StoreOptions& options, std::uint64_t file_quota = 0) const;
  Result<std::unique_ptr<StoreReader>> open_reader(int cache_kib = 8192) const;
  Result<OfficeDb> open_office() const;
  Result<StoreState> read_state() const;

 private:
  StoreSource(DataFolder folder, std::string url, bool reader)
      : folder_(std::move(folder)), url_(std::move(url)), reader_(reader) {}

  DataFolder folder_;
  std::string url_;
  bool reader_;
};

// Whether the configuration of a folder names a server for the store.
bool has_store_on_server(const DataFolder& folder);
// Whether a whole node lives in a folder, as DataFolder::check_node says. Its configuration says where the
// store is.
Status check_configured_node(const DataFolder& folder);
// For what works with the files of the folder alone: kRefused, if its configuration names a server, with
// `instead` as what is to be done there.
Status need_files(const DataFolder& folder, const std::string& instead);

}  // namespace koinon
