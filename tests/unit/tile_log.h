// A log of tlog-tiles in memory, which may lie, and audits of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "node/log_files/tiles.h"
#include "tools/audit/log_follower.h"

namespace koinon::audit::test {

inline SigningKey key_of(char seed) { return SigningKey::from_seed(Bytes(kSeedBytes, seed)); }

// The entries of a log as C2SP tlog-tiles has them; each tile is made from the leaves anew.
class TileLog : public LogSource {
 public:
  explicit TileLog(std::string origin = "city.example/log", char seed = 'k')
      : origin_(std::move(origin)), key_(key_of(seed)) {}

  void grow(std::uint64_t size, const std::string& word = "entry ") {
    while (entries.size() < size) entries.push_back(word + std::to_string(entries.size()));
    sign();
  }
  void sign() { signed_size = entries.size(); }
  VKey vkey() const { return {origin_, SignatureType::kEd25519, key_.public_key()}; }
  Checkpoint head() const { return {origin_, TreeSize(signed_size), root(0, signed_size)}; }
  std::string note() const { return sign_checkpoint(head(), key_); }

  Result<Bytes> get(const std::string& path, std::size_t most) override {
    ++asked;
    ++asked_for[path];
    if (cut_after && asked > *cut_after) return fail(Code::kUnavailable, "the line is cut", path);
    auto bytes = file(path);
    if (!bytes.ok()) return bytes;
    if (bytes->size() > most) return fail(Code::kTooLarge, "it is too large", path);
    return bytes;
  }
  void wait(unsigned) override { ++waited; }

  std::vector<Bytes> entries;
  std::uint64_t signed_size = 0;
  std::map<std::string, Bytes> instead;  // files that are served in place of the right ones
  std::set<std::string> missing;
  std::optional<unsigned> cut_after;
  unsigned asked = 0;
  unsigned waited = 0;
  std::map<std::string, unsigned> asked_for;

 private:
  // RFC 6962 2.1, as it stands there.
  Hash root(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return sha256(BytesView());
    if (end - begin == 1) return leaf_hash(entries[begin]);
    std::uint64_t half = 1;
    while (half * 2 < end - begin) half *= 2;
    return node_hash(root(begin, begin + half), root(begin + half, end));
  }

  Result<Bytes> file(const std::string& path) const {
    if (const auto other = instead.find(path); other != instead.end()) return other->second;
    const Error none = fail(Code::kNotFound, "404", path);
    if (missing.contains(path)) return none;
    if (path == "checkpoint") return note();
    if (!path.starts_with("tile/")) return none;
    std::vector<std::string> segments;
    for (std::size_t at = 5; at <= path.size();) {
      const auto end = std::min(path.find('/', at), path.size());
      segments.push_back(path.substr(at, end - at));
      at = end + 1;
    }
    KOINON_ASSIGN(const TilePath tile, parse_tile_path(segments));
    if (!tile_exists(tile, entries.size())) return none;
    Bytes out;
    for (std::uint64_t i = tile.first(); i < tile.first() + tile.width; ++i) {
      if (tile.entries) {
        out += static_cast<char>(entries[i].size() >> 8);
        out += static_cast<char>(entries[i].size() & 0xFF);
        out += entries[i];
      } else {
        const std::uint64_t span = std::uint64_t{1} << (kTileHeight * tile.level);
        out += root(i * span, (i + 1) * span).view();
      }
    }
    return out;
  }

  std::string origin_;
  SigningKey key_;
};

class Audit : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  LogFollower follower(LogSource& source, std::vector<VKey> keys) {
    FollowerParts parts{.source = source,
                        .cosignatures = cosignatures,
                        .quorum_wait = quorum_wait,
                        .save = [this](const AuditState& state) -> Status {
                          saved = state;
                          ++saves;
                          return {};
                        }};
    return LogFollower(std::move(parts), LogKeys(std::move(keys), origin), saved);
  }
  Result<AuditReport> pass(TileLog& log, std::uint64_t now = 1'000'000) {
    return follower(log, {log.vkey()}).pass(now);
  }
  // The pass must find a fault.
  Fault fault_of(TileLog& log) {
    const auto report = pass(log);
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().text());
    if (!report.ok() || !report->fault) {
      ADD_FAILURE() << "no fault was found";
      return {};
    }
    return *report->fault;
  }
  void expect_well(TileLog& log) {
    const auto report = pass(log);
    ASSERT_TRUE(report.ok()) << report.error().text();
    ASSERT_FALSE(report->fault) << report->fault->sentence;
    EXPECT_EQ(saved.read, log.head().size);
    EXPECT_EQ(saved.checkpoint, log.note());
  }

  AuditState saved;
  unsigned saves = 0;
  CosignatureCheck cosignatures;
  std::uint64_t quorum_wait = 0;
  std::string origin;
};

}  // namespace koinon::audit::test
