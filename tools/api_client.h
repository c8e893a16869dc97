// Speaks HTTP to the daemon of a data folder, over its Unix socket.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/base/result.h"

namespace koinon {

// Whether a command failed because no koinond runs for its data folder.
bool is_not_running(const Error& error);

class ApiClient {
 public:
  explicit ApiClient(std::filesystem::path data) : data_(std::move(data)) {}

  // `target` is such as /api/v1/status. Errors come from the daemon's problem details; is_not_running() knows
  // the error of there being none. Nothing is sent where another user than trusted_listener() allows listens.
  Result<std::string> get(const std::string& target) const { return call("GET", target, ""); }
  Result<boost::json::value> get_json(const std::string& target) const;
  Result<boost::json::value> post_json(const std::string& target, const boost::json::value& body) const;
  // Sends the bytes as they are.
  Result<boost::json::value> post_bytes(const std::string& target, const std::string& bytes) const;
  Result<boost::json::value> put_json(const std::string& target, const boost::json::value& body) const;
  Result<boost::json::value> patch_json(const std::string& target, const boost::json::value& body) const;
  Result<boost::json::value> remove(const std::string& target) const;
  // Calls `on_line` with each line of an event stream until it returns false or the stream ends.
  Status stream(const std::string& target, const std::function<bool(std::string_view)>& on_line) const;

 private:
  Result<std::string> call(const std::string& method, const std::string& target, const std::string& body,
                           const std::string& type = "application/json") const;

  std::filesystem::path data_;
};

// A member of a request, unless it is empty.
void put_given(boost::json::object& request, std::string_view key, const std::string& value);
// Adds `?a=b&…`, encoded. Empty values are left out.
std::string with_query(const std::string& path, const std::map<std::string, std::string>& query);
std::string encode_segment(const std::string& text);
// The address of a record. People write the record as NAME/NUMBER.
Result<std::string> record_target(const std::string& ref);

}  // namespace koinon
