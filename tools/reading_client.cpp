#include "tools/reading_client.h"

#include <iostream>
#include <utility>

namespace koinon {
namespace json = boost::json;

void tell_it_is_stopped() { std::cerr << "koinon: koinond does not run; this is what its data folder has\n"; }

template <typename Answer>
Result<Answer> ReadingClient::read(const std::function<Result<Answer>()>& ask,
                                   const std::function<Result<Answer>(const StoppedNode&)>& look) {
  if (!stopped_) {
    auto answer = ask();
    if (answer.ok() || !is_not_running(answer.error())) return answer;
    KOINON_ASSIGN(StoppedNode stopped, StoppedNode::open(data_, config_));
    stopped_ = std::make_unique<StoppedNode>(std::move(stopped));
    tell_it_is_stopped();
  }
  return look(*stopped_);
}

Result<json::value> ReadingClient::records(const Params& params) {
  return read<json::value>([&] { return client_.get_json(with_query("/api/v1/records", params)); },
                           [&](const StoppedNode& node) -> Result<json::value> {
                             KOINON_ASSIGN(auto page, node.records(params));
                             return json::value(std::move(page));
                           });
}

Result<json::value> ReadingClient::search(const Params& params) {
  return read<json::value>([&] { return client_.get_json(with_query("/api/v1/search", params)); },
                           [&](const StoppedNode& node) -> Result<json::value> {
                             KOINON_ASSIGN(auto page, node.search(params));
                             return json::value(std::move(page));
                           });
}

Result<json::value> ReadingClient::record(const std::string& ref) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  return read<json::value>([&] { return client_.get_json(target); },
                           [&](const StoppedNode& node) -> Result<json::value> {
                             KOINON_ASSIGN(auto record, node.record(ref));
                             return json::value(std::move(record));
                           });
}

Result<std::string> ReadingClient::markdown(const std::string& ref) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  return read<std::string>([&] { return client_.get(target + "/markdown"); },
                           [&](const StoppedNode& node) { return node.markdown(ref); });
}

}  // namespace koinon
