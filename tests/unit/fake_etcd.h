// What etcd answers about single keys over its JSON gateway, and what may come between.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/json.hpp>

#include "node/daemon/etcd_mark.h"
#include "proto/base/encoding.h"

namespace koinon::test {

class FakeEtcd {
 public:
  // What becomes of the next requests.
  enum class Line { kUp, kAway, kUnanswered, kLost, kFull };
  Line line = Line::kUp;
  std::optional<std::string> answers;      // this, whatever is asked
  std::function<void()> before_next_swap;  // once
  int swaps = 0;

  EtcdMark::Gateway gateway() {
    return {[this](const std::string& path, const std::string& body) { return post(path, body); },
            "http://etcd.example:2379"};
  }
  bool has(const std::string& key) const { return values_.contains(key); }
  std::string value(const std::string& key) const { return values_.at(key).text; }
  void put(const std::string& key, const std::string& text) { values_[key] = {text, ++revision_}; }
  void remove(const std::string& key) {
    ++revision_;
    values_.erase(key);
  }
  // What a request asked that was lost on its way is done now.
  void deliver_late() {
    for (const std::string& body : std::exchange(late_, {})) (void)swap(body);
  }

 private:
  struct Value {
    std::string text;
    std::uint64_t revision = 0;
  };

  Result<std::string> post(const std::string& path, const std::string& body) {
    const bool swaps_now = path == "/v3/kv/txn";
    if (!swaps_now && path != "/v3/kv/range") return fail(Code::kRefused, "no such path", path);
    swaps += swaps_now ? 1 : 0;
    if (swaps_now && before_next_swap) std::exchange(before_next_swap, {})();
    if (answers) return *answers;
    switch (line) {
      case Line::kAway:
        return fail(Code::kUnavailable, "connection refused");
      case Line::kLost:
        if (swaps_now) late_.push_back(body);
        return fail(Code::kIo, "it does not answer");
      case Line::kUnanswered:
        if (swaps_now) (void)swap(body);
        return fail(Code::kIo, "it does not answer");
      case Line::kFull:
        if (body.find("request_put") != std::string::npos)
          return fail(Code::kRefused, "database space exceeded");
        break;
      case Line::kUp:
        break;
    }
    return swaps_now ? swap(body) : range(body);
  }
  static std::string text_at(const boost::json::object& in, const char* name) {
    return std::string(in.at(name).as_string().c_str());
  }
  static std::string key_in(const boost::json::object& in) { return *from_base64(text_at(in, "key")); }
  boost::json::object header() const {
    return {{"cluster_id", "1"}, {"revision", std::to_string(revision_)}};
  }
  boost::json::object found(const std::string& key) const {
    boost::json::object out;
    out["header"] = header();
    const auto at = values_.find(key);
    if (at == values_.end()) return out;
    boost::json::object pair;
    pair["key"] = to_base64(key);
    pair["mod_revision"] = std::to_string(at->second.revision);
    pair["value"] = to_base64(at->second.text);
    boost::json::array pairs;
    pairs.emplace_back(std::move(pair));
    out["kvs"] = std::move(pairs);
    out["count"] = "1";
    return out;
  }
  std::string range(const std::string& body) const {
    return boost::json::serialize(found(key_in(boost::json::parse(body).as_object())));
  }
  std::string swap(const std::string& body) {
    const boost::json::value request = boost::json::parse(body);
    const boost::json::object& compare = request.at("compare").as_array().at(0).as_object();
    const std::string key = key_in(compare);
    const auto at = values_.find(key);
    const std::uint64_t revision = at == values_.end() ? 0 : at->second.revision;
    boost::json::object answer;
    boost::json::array responses;
    if (text_at(compare, "mod_revision") == std::to_string(revision)) {
      const boost::json::object& wanted = request.at("success").as_array().at(0).as_object();
      if (const auto* to_put = wanted.if_contains("request_put")) {
        put(key, *from_base64(text_at(to_put->as_object(), "value")));
      } else {
        remove(key);
      }
      answer["succeeded"] = true;
      responses.emplace_back(boost::json::object());
    } else {
      boost::json::object range_answer;
      range_answer["response_range"] = found(key);
      responses.emplace_back(std::move(range_answer));
    }
    answer["header"] = header();
    answer["responses"] = std::move(responses);
    return boost::json::serialize(answer);
  }

  std::map<std::string, Value> values_;
  std::vector<std::string> late_;
  std::uint64_t revision_ = 1;
};

}  // namespace koinon::test
