#include "proto/base/result.h"

namespace koinon {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid_argument";
    case Code::kMalformed:
      return "malformed";
    case Code::kTooLarge:
      return "too_large";
    case Code::kBadSignature:
      return "bad_signature";
    case Code::kBadProof:
      return "bad_proof";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kRefused:
      return "refused";
    case Code::kDiskFull:
      return "disk_full";
    case Code::kIo:
      return "io";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kTooMany:
      return "too_many";
    case Code::kWrongMethod:
      return "wrong_method";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

void take_fault(std::vector<Error>& faults, const Status& status) {
  if (status.ok()) return;
  faults.push_back(status.error());
  const std::vector<Error> also = std::exchange(faults.back().also, {});
  faults.insert(faults.end(), also.begin(), also.end());
}

Status all_faults(std::vector<Error> faults) {
  if (faults.empty()) return {};
  Error first = std::move(faults.front());
  for (std::size_t i = 1; i < faults.size(); ++i) first.also.push_back(std::move(faults[i]));
  return first;
}

}  // namespace koinon
