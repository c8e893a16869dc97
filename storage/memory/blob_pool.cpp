#include "storage/memory/blob_pool.h"

namespace koinon {

BlobPool::Blob BlobPool::intern(BytesView bytes) {
  const auto it = blobs_.find(bytes);
  if (it != blobs_.end()) return it->second;
  auto blob = std::make_shared<const Bytes>(bytes);
  blobs_.emplace(*blob, blob);
  return blob;
}

}  // namespace koinon
