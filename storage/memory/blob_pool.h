// The bytes of stores in memory. Equal bytes are kept once, for all stores of one thread.
#pragma once

#include <memory>
#include <unordered_map>

#include "proto/base/types.h"

namespace koinon {

class BlobPool {
 public:
  using Blob = std::shared_ptr<const Bytes>;
  Blob intern(BytesView bytes);
  std::size_t size() const { return blobs_.size(); }

 private:
  std::unordered_map<std::string_view, Blob> blobs_;
};

}  // namespace koinon
