// Commands about policy: topics, trust, withdrawals, and why things are as they are.
#include <algorithm>
#include <iostream>

#include <boost/json.hpp>

#include "proto/vocabulary/vocabulary.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<std::vector<std::string>> subscribed(const ApiClient& client, bool& all) {
  KOINON_ASSIGN(const auto now, client.get_json("/api/v1/subscriptions"));
  all = now.at("all").as_bool();
  std::vector<std::string> out;
  for (const auto& topic : now.at("topics").as_array()) out.emplace_back(topic.as_string());
  return out;
}

Status set_topics(const Common& common, const json::value& topics) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto set, client.post_json("/api/v1/subscriptions", json::object{{"topics", topics}}));
  if (common.json) {
    std::cout << json::serialize(set) << "\n";
    return {};
  }
  KOINON_ASSIGN(const auto now, client.get_json("/api/v1/subscriptions"));
  std::cout << render_subscriptions(now);
  return {};
}

void warn_of_unlisted(const std::string& topic) {
  const Vocabulary& vocabulary = Vocabulary::builtin();
  if (topic == "all" || vocabulary.find(vocabulary.canonical(topic)) != nullptr) return;
  std::cerr << "koinon: the vocabulary does not list " << harmless(topic) << "; the nearest is "
            << vocabulary.nearest(topic) << "\n";
}

}  // namespace

Status run_subscribe(const Common& common, const std::string& topic, bool only) {
  const ApiClient client(common.data);
  if (topic.empty()) {
    KOINON_ASSIGN(const auto now, client.get_json("/api/v1/subscriptions"));
    std::cout << (common.json ? json::serialize(now) + "\n" : render_subscriptions(now));
    return {};
  }
  warn_of_unlisted(topic);
  if (topic == "all") return set_topics(common, "all");
  bool all = false;
  KOINON_ASSIGN(const auto topics, subscribed(client, all));
  if (all && !only) {
    return fail(Code::kConflict,
                "every topic is wanted already; say --only to want just this one and release the others",
                topic);
  }
  json::array wanted;
  for (const auto& wanted_already : topics) {
    if (!only) wanted.emplace_back(wanted_already);
  }
  wanted.emplace_back(topic);
  return set_topics(common, wanted);
}

Status run_unsubscribe(const Common& common, const std::string& topic) {
  bool all = false;
  KOINON_ASSIGN(auto topics, subscribed(ApiClient(common.data), all));
  if (all) {
    return fail(Code::kConflict, "every topic is wanted; begin with one: koinon subscribe TOPIC --only",
                topic);
  }
  const std::string canonical = Vocabulary::builtin().canonical(topic);
  if (std::erase(topics, canonical) == 0) return fail(Code::kNotFound, "it is not subscribed to", canonical);
  return set_topics(common, json::array(topics.begin(), topics.end()));
}

Status run_vouch(const Common& common, const std::string& city, bool withdraw) {
  const ApiClient client(common.data);
  const auto done = withdraw ? client.remove("/api/v1/vouches/" + encode_segment(city))
                             : client.post_json("/api/v1/vouches", json::object{{"city", city}});
  if (!done.ok()) return done.error();
  if (common.json) {
    std::cout << json::serialize(*done) << "\n";
  } else if (member(*done, "ref").empty()) {
    std::cout << render_kept(*done);
  } else {
    std::cout << (withdraw ? "Took back the vouch for " : "Vouched for ") << member(*done, "city") << ": "
              << member(*done, "ref") << "\n";
  }
  return {};
}

Status run_block(const Common& common, const std::string& city, bool undo) {
  const ApiClient client(common.data);
  const auto done = undo ? client.remove("/api/v1/blocks/" + encode_segment(city))
                         : client.post_json("/api/v1/blocks", json::object{{"city", city}});
  if (!done.ok()) return done.error();
  if (common.json) {
    std::cout << json::serialize(*done) << "\n";
  } else if (undo) {
    std::cout << member(*done, "city") << " is no longer blocked.\n";
  } else {
    std::cout << member(*done, "city")
              << " is blocked: nothing of it is taken, shown as new or relayed; what is held "
              << "goes after the grace time.\nTo take it back: koinon block --undo "
              << member(*done, "log_id") << "\n";
  }
  return {};
}

Status run_withdraw(const Common& common, const std::string& ref, const std::string& reason, bool erase) {
  KOINON_ASSIGN(const auto done,
                ApiClient(common.data)
                    .post_json("/api/v1/withdrawals",
                               json::object{{"ref", ref}, {"reason", reason}, {"erase", erase}}));
  if (common.json) {
    std::cout << json::serialize(done) << "\n";
  } else if (member(done, "ref").empty()) {
    std::cout << render_kept(done);
    if (erase)
      std::cerr << "koinon: the text is hidden here already; other cities are told once it is signed\n";
  } else {
    std::cout << member(done, "ref") << "\n";
    if (erase)
      std::cerr << "koinon: every node that hears of this deletes the note; the entry stays in the log\n";
    const auto* left = done.as_object().if_contains("left");
    if (left == nullptr) return {};
    for (const auto& version : left->at("versions").as_array())
      std::cerr << "koinon: the same text may stand in " << harmless(version.as_string())
                << ", a version or translation of it: koinon withdraw --erase takes that too\n";
    for (const auto& draft : left->at("drafts").as_array())
      std::cerr << "koinon: draft " << json::serialize(draft)
                << " refers to it, and may hold the same text\n";
  }
  return {};
}

Status run_explain(const Common& common, const std::string& what) {
  const auto slash = what.rfind('/');
  std::string target = "/api/v1/explain/" + encode_segment(what.substr(0, slash));
  if (slash != std::string::npos) target += "/" + encode_segment(what.substr(slash + 1));
  KOINON_ASSIGN(const auto explained, ApiClient(common.data).get_json(target));
  std::cout << (common.json ? json::serialize(explained) + "\n" : render_explanation(explained));
  return {};
}

}  // namespace koinon
