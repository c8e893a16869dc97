#include "node/http/kept_answers.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::chrono::seconds kGoodFor{1};
constexpr std::size_t kKeyBytes = 4 * limits::kKiB;
constexpr std::size_t kFieldsBytes = 512;  // of an answer's headers and its place, about

// What says only how, from where and by which program somebody asks.
constexpr std::array<std::string_view, 10> kSayNothing = {
    "connection", "user-agent", "x-forwarded-for",          "forwarded", "via", "cache-control", "pragma",
    "dnt",        "keep-alive", "upgrade-insecure-requests"};

// With its length before it, so that no two lists of parts look alike.
void add(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

}  // namespace

std::string KeptAnswers::key_of(const HttpRequest& request) {
  std::string key = request.method;
  add(key, std::to_string(request.path.size()));
  for (const std::string& segment : request.path) add(key, segment);
  add(key, std::to_string(request.query.size()));
  for (const auto& [name, value] : request.query) {
    add(key, name);
    add(key, value);
  }
  for (const auto& [name, value] : request.headers) {
    if (std::find(kSayNothing.begin(), kSayNothing.end(), name) != kSayNothing.end()) continue;
    add(key, name);
    add(key, value);
  }
  return key.size() <= kKeyBytes ? key : std::string();
}

bool KeptAnswers::is_fresh(const Kept& kept) const {
  return kept.made_in == state_now_() && clock_() - kept.at < kGoodFor;
}

std::shared_ptr<const HttpResponse> KeptAnswers::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  if (is_fresh(*found->second)) return found->second->answer;
  drop_old();
  return nullptr;
}

void KeptAnswers::keep(const std::string& key, const HttpResponse& answer, std::uint64_t made_in) {
  drop_old();
  const bool whole = answer.status == 200 || answer.status == 304;
  const std::size_t bytes = answer.body.size() + 2 * key.size() + kFieldsBytes;
  if (key.empty() || !whole || answer.headers.contains("Set-Cookie") || bytes > most_bytes_ / 8) return;
  if (made_in != state_now_()) return;
  if (const auto known = by_key_.find(key); known != by_key_.end()) drop(known->second);
  while (bytes_ + bytes > most_bytes_) drop(kept_.begin());
  kept_.push_back({key, std::make_shared<const HttpResponse>(answer), made_in, clock_(), bytes});
  by_key_.emplace(kept_.back().key, std::prev(kept_.end()));
  bytes_ += bytes;
}

void KeptAnswers::drop(Place place) {
  bytes_ -= place->bytes;
  by_key_.erase(place->key);
  kept_.erase(place);
}

// Those made in another state stand before those of this one.
void KeptAnswers::drop_old() {
  while (!kept_.empty() && !is_fresh(kept_.front())) drop(kept_.begin());
}

}  // namespace koinon
