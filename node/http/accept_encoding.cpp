#include "node/http/accept_encoding.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "node/http/weight.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

struct Named {
  std::string coding;  // lower case
  int weight = kWholeWeight;
};

// One element of the list: "gzip", "gzip;q=0.5", "* ; q=0".
std::optional<Named> read_element(std::string_view text) {
  const auto semicolon = text.find(';');
  Named out{ascii_lower(trimmed(text.substr(0, semicolon)))};
  if (out.coding.empty()) return std::nullopt;
  if (semicolon == std::string_view::npos) return out;
  const std::string parameter = trimmed(text.substr(semicolon + 1));
  if (!ascii_lower(parameter).starts_with("q=")) return std::nullopt;
  const auto weight = read_weight(std::string_view(parameter).substr(2));
  if (!weight) return std::nullopt;
  out.weight = *weight;
  return out;
}

// What a client says of the codings that we have, and of all others. Nothing: it does not say.
struct Weights {
  std::optional<int> brotli;
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> star;
};

Weights read_weights(std::string_view accept_encoding) {
  Weights out;
  for (const std::string& element : split(accept_encoding, ',')) {
    const auto named = read_element(element);
    if (!named) continue;
    if (named->coding == "br") {
      out.brotli = named->weight;
    } else if (named->coding == "gzip" || named->coding == "x-gzip") {
      out.gzip = named->weight;
    } else if (named->coding == "identity") {
      out.identity = named->weight;
    } else if (named->coding == "*") {
      out.star = named->weight;
    }
  }
  return out;
}

}  // namespace

std::string_view coding_name(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kGzip:
      return "gzip";
    case ContentCoding::kBrotli:
      return "br";
    default:
      return "identity";
  }
}

AcceptedCoding accepted_coding(std::string_view accept_encoding) {
  struct Offer {
    ContentCoding coding;
    int weight;
  };
  const Weights said = read_weights(accept_encoding);
  const int others = said.star.value_or(0);
  // The first of those that are liked alike is chosen.
  const std::array<Offer, 3> offers = {{
      {ContentCoding::kBrotli, said.brotli.value_or(0)},
      {ContentCoding::kGzip, said.gzip.value_or(others)},
      {ContentCoding::kBrotli, said.brotli ? 0 : others},
  }};
  AcceptedCoding out;
  // What is not said of the bytes as they are allows them; but then they are the last choice.
  out.refuses_identity = said.identity.value_or(said.star.value_or(kWholeWeight)) == 0;
  int best = 0;
  for (const Offer& offer : offers) {
    if (offer.weight <= best) continue;
    best = offer.weight;
    out.best = offer.coding;
  }
  if (said.identity.value_or(0) > best) out.best = ContentCoding::kIdentity;
  return out;
}

}  // namespace koinon
