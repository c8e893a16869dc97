#include "node/delivery/witness_list.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {
namespace {

Error witness_fault(std::string_view entry, const std::string& why) {
  // The beginning names it: a key's name stands there.
  constexpr std::size_t kShown = 60;
  const std::string shown(entry.size() > kShown ? std::string(entry.substr(0, kShown)) + "…" : entry);
  return fail(Code::kInvalidArgument, "\"" + shown + "\": " + why, "witness.urls");
}

// Only what an address of a witness needs. Names and passwords do not belong into a configuration.
bool is_witness_url(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
      return c > ' ' && c < '\x7F' && c != '?' && c != '#' && c != '@' && c != '\\' && c != '"';
    });
    return plain && !rest.empty() && rest.front() != '/' && rest.front() != ':';
  }
  return false;
}

struct WitnessEntry {
  VKey key;
  std::string url;
};

Result<WitnessEntry> parse_witness(std::string_view entry) {
  const auto blank = entry.find(' ');
  if (blank == std::string_view::npos)
    return witness_fault(entry, "it is a verifier key, a space and an address: VKEY URL");
  WitnessEntry out;
  auto key = parse_vkey(entry.substr(0, blank));
  if (!key.ok()) return witness_fault(entry, key.error().message);
  if (key->type != SignatureType::kCosignatureV1)
    return witness_fault(entry, "its key signs notes; the key of a witness makes cosignatures (type 0x04)");
  out.key = std::move(*key);
  std::string_view url = entry.substr(blank + 1);
  while (url.starts_with(' ')) url.remove_prefix(1);
  while (url.ends_with(' ') || url.ends_with('/')) url.remove_suffix(1);
  if (url.size() > limits::kWitnessUrlBytes || !is_witness_url(url))
    return witness_fault(entry, "its address is one such as https://witness.example/add, without ? and #");
  out.url = url;
  return out;
}

}  // namespace

Result<std::vector<NamedWitness>> parse_witnesses(const std::vector<std::string>& entries) {
  if (entries.size() > limits::kWitnesses)
    return fail(Code::kInvalidArgument, "there are at most 8 witnesses", "witness.urls");
  std::vector<NamedWitness> out;
  for (const std::string& entry : entries) {
    KOINON_ASSIGN(WitnessEntry named, parse_witness(entry));
    for (const NamedWitness& other : out) {
      const bool twice = std::any_of(other.keys.begin(), other.keys.end(), [&](const VKey& key) {
        return key == named.key || (key.name == named.key.name && key.id() == named.key.id());
      });
      if (twice) return witness_fault(entry, "this key is named twice");
    }
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&](const NamedWitness& other) { return other.url == named.url; });
    if (same == out.end()) {
      out.push_back({std::move(named.url), {std::move(named.key)}});
    } else {
      same->keys.push_back(std::move(named.key));
    }
  }
  return out;
}

}  // namespace koinon
