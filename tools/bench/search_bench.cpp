#include "tools/bench/search_bench.h"

#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/bench/latencies.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Requests each target once, over a connection of its own.
Result<std::vector<double>> time_all(const ApiClient& client, const std::vector<std::string>& targets) {
  std::vector<double> out;
  for (const auto& target : targets) {
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = client.get(target);
    if (!answer.ok()) return answer.error();
    out.push_back(seconds_since(begin));
  }
  return out;
}

// A sentence with a typing error, if its words begin in ASCII.
std::string as_sentence(std::string words) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (words.size() > 3 && is_letter(words[2]) && is_letter(words[3])) std::swap(words[2], words[3]);
  return "how do we " + words;
}

// Pages with pictures, and the figures of which they are made.
std::vector<std::string> pictures(std::size_t count) {
  const std::vector<std::string> all = {"/pictures",           "/pictures?topic=health",
                                        "/api/v1/figures",     "/api/v1/figures?topic=health",
                                        "/api/v1/trust-graph", "/cities"};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(all[i % all.size()]);
  return out;
}

}  // namespace

Result<json::object> measure_search(const SearchBenchOptions& options) {
  const Workplace place;
  const auto data = place.path() / "node";
  KOINON_TRY(make_node(data, "reader.example"));
  KOINON_TRY(fill_library(DataFolder(data), options.contents));
  const NodeProcess node(options.koinond, data);
  if (!node.started()) return fail(Code::kIo, "koinond could not be started", options.koinond.string());
  KOINON_TRY(node.wait_until_ready());
  const ApiClient client(data);
  KOINON_ASSIGN(const double indexing, wait_for_index(client));
  const std::uint64_t before = node.resident_bytes();

  std::vector<std::string> searches;
  std::vector<std::string> sentences;
  std::vector<std::string> similar;
  std::vector<std::string> feeds;
  std::vector<std::string> pages;
  std::vector<std::string> nothing;
  const auto words = library_searches(options.searches);
  const std::vector<std::map<std::string, std::string>> filters = {{},
                                                                   {},
                                                                   {{"topic", "health"}},
                                                                   {{"evidence", "3"}},
                                                                   {{"language", "ko"}},
                                                                   {{"outcome", "worked"}},
                                                                   {{"kind", "practice"}}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto query = filters[i % filters.size()];
    query["q"] = words[i];
    searches.push_back(with_query("/api/v1/search", query));
    sentences.push_back(with_query("/api/v1/search", {{"q", as_sentence(words[i])}}));
    similar.push_back(with_query("/api/v1/similar", {{"population", std::to_string(50'000 + i * 5'000)},
                                                     {"climate", "Cfb"},
                                                     {"income", "high"},
                                                     {"density", "3000"}}));
    feeds.push_back(i % 2 == 0 ? "/feeds/all.atom" : "/feeds/topic/health.atom");
    pages.push_back(i % 2 == 0 ? "/" : with_query("/", query));
    nothing.emplace_back("/healthz");
  }
  const auto first_begin = std::chrono::steady_clock::now();
  KOINON_TRY(client.get(searches.front()));
  const double first = seconds_since(first_begin);
  KOINON_ASSIGN(const auto searched, time_all(client, searches));
  KOINON_ASSIGN(const auto spoken, time_all(client, sentences));
  KOINON_ASSIGN(const auto compared, time_all(client, similar));
  KOINON_ASSIGN(const auto fed, time_all(client, feeds));
  KOINON_ASSIGN(const auto shown, time_all(client, pages));
  KOINON_ASSIGN(const auto drawn, time_all(client, pictures(words.size())));
  KOINON_ASSIGN(const auto asked, time_all(client, nothing));
  return json::object{{"practices", options.contents.practices},
                      {"cities", options.contents.cities},
                      {"indexing_s", indexing},
                      {"index_bytes", std::filesystem::file_size(DataFolder(data).index())},
                      {"store_bytes", std::filesystem::file_size(DataFolder(data).store())},
                      {"first_search_ms", first * 1000},
                      {"search_with_facets", spread_of(searched)},
                      {"search_for_sentences", spread_of(spoken)},
                      {"cities_like_mine", spread_of(compared)},
                      {"feed_page", spread_of(fed)},
                      {"web_page", spread_of(shown)},
                      {"pictures", spread_of(drawn)},
                      {"limit_empty_request", spread_of(asked)},
                      {"resident_before_search_bytes", before},
                      {"resident_bytes", node.resident_bytes()},
                      {"peak_resident_bytes", node.peak_resident_bytes()}};
}

}  // namespace koinon
