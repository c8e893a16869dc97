#include "storage/store/settings.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "proto/base/encoding.h"

namespace koinon {

std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting) {
  const std::int64_t lived = setting ? std::strtoll(setting->c_str(), nullptr, 10) : 0;
  return std::chrono::milliseconds(std::max<std::int64_t>(lived, 0));
}

std::string keys_to_follow(const LogId& log) { return "keys_to_follow." + to_hex(log.view()); }

std::string excused_text(const std::vector<NodeKey>& peers) {
  std::string out;
  for (const NodeKey& peer : peers) out += (out.empty() ? "" : " ") + to_hex(peer.view());
  return out;
}

std::vector<NodeKey> excused_of(const std::optional<Bytes>& setting) {
  std::vector<NodeKey> out;
  std::istringstream words(setting.value_or(Bytes()));
  for (std::string word; words >> word;) {
    const auto key = from_hex(word);
    if (key.ok() && key->size() == NodeKey::kSize) out.push_back(NodeKey::from(*key));
  }
  return out;
}

}  // namespace koinon
