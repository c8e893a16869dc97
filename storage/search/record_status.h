// What became of a record since it was published.
#pragma once

#include <cstdint>
#include <string_view>

namespace koinon {

enum class RecordStatus : unsigned char {
  kCurrent = 0,
  kSuperseded = 1,  // a newer version by the same city stands
  kWithdrawn = 2,   // its city took it back
  kErased = 3,      // its city took it back and had its text deleted
};

inline std::string_view status_text(RecordStatus status) {
  switch (status) {
    case RecordStatus::kCurrent:
      return "current";
    case RecordStatus::kSuperseded:
      return "superseded";
    case RecordStatus::kWithdrawn:
      return "withdrawn";
    case RecordStatus::kErased:
      return "erased";
  }
  return "current";
}

// Whether it was taken back. Then it no longer counts for anything.
inline bool is_gone(RecordStatus status) { return status >= RecordStatus::kWithdrawn; }

}  // namespace koinon
