// A log of another system, which asks a witness to cosign its heads. It may have a second history.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/proof.h"
#include "proto/base/encoding.h"

namespace koinon::test {

class OtherLog {
 public:
  // Entries from `fork` on are those of the other history.
  explicit OtherLog(std::string origin, std::uint64_t fork = ~std::uint64_t{0})
      : origin_(std::move(origin)), fork_(fork) {}

  const std::string& origin() const { return origin_; }
  VKey vkey() const { return {origin_, SignatureType::kEd25519, key_.public_key()}; }
  void use(const OtherLog& other) { key_ = other.key_; }

  Hash root(std::uint64_t size) const {
    CompactRange range;
    for (std::uint64_t i = 0; i < size; ++i) range.append(leaf(i));
    return range.root();
  }
  Checkpoint head(std::uint64_t size) const { return {origin_, TreeSize(size), root(size)}; }
  std::string signed_head(std::uint64_t size) const { return sign_checkpoint(head(size), key_); }
  std::string signed_head(const Checkpoint& head) const { return sign_checkpoint(head, key_); }

  HashPath proof(std::uint64_t from, std::uint64_t to) const {
    if (from == 0 || from > to) return {};
    const auto nodes = [this](TreeNode node) -> Result<Hash> {
      CompactRange range;
      const std::uint64_t width = std::uint64_t{1} << node.level;
      for (std::uint64_t i = 0; i < width; ++i) range.append(leaf(node.index * width + i));
      return range.root();
    };
    return *consistency_proof(TreeSize(from), TreeSize(to), nodes);
  }

  // The body of an add-checkpoint request.
  static std::string body(std::uint64_t old_size, const HashPath& proof, const std::string& note) {
    std::string out = "old " + std::to_string(old_size) + "\n";
    for (const Hash& hash : proof) out += to_base64(hash.view()) + "\n";
    return out + "\n" + note;
  }
  std::string ask(std::uint64_t old_size, std::uint64_t size) const {
    return body(old_size, proof(old_size, size), signed_head(size));
  }

 private:
  Hash leaf(std::uint64_t index) const {
    return leaf_hash((index < fork_ ? "entry " : "other entry ") + std::to_string(index));
  }

  std::string origin_;
  std::uint64_t fork_;
  SigningKey key_ = SigningKey::generate();
};

}  // namespace koinon::test
