// Proofs of many runs against one head are the same whether nodes of the tree are known from the last proof
// or read; and a tree that has taken the place of another has nodes of its own.
#include "storage/store/proof_nodes.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/proof.h"
#include "storage/sqlite/sqlite_connection.h"

namespace koinon::test::proof_nodes_test {
namespace {

class ProofNodesTest : public testing::Test {
 protected:
  void SetUp() override {
    db = sqlite::shared(std::move(*sqlite::Connection::open(":memory:", {})));
    ASSERT_TRUE(db->execute("CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL)").ok());
  }
  void grow(std::uint64_t to, std::string_view how) {
    std::vector<Hash> more;
    for (std::uint64_t i = leaves.size(); i < to; ++i) more.push_back(sha256({how, std::to_string(i)}));
    ASSERT_TRUE(HashTiles(*db, 1).append(TreeSize(leaves.size()), more).ok());
    leaves.insert(leaves.end(), more.begin(), more.end());
  }
  void cut(std::uint64_t to) {
    ASSERT_TRUE(HashTiles(*db, 1).truncate(TreeSize(to)).ok());
    leaves.resize(to);
  }
  Hash root() const {
    CompactRange range;
    for (const Hash& leaf : leaves) range.append(leaf);
    return range.root();
  }
  // Whether a run is proven against the tree as it is.
  bool proves(std::uint64_t from, std::uint64_t count) {
    HashTiles tiles(*db, 1);
    const TreeSize size(leaves.size());
    const auto proof = run_proof(EntryIndex(from), count, size, known.of(LogId(), size, root(), tiles));
    if (!proof.ok()) return false;
    const std::vector<Hash> run(leaves.begin() + static_cast<std::ptrdiff_t>(from),
                                leaves.begin() + static_cast<std::ptrdiff_t>(from + count));
    return verify_run(EntryIndex(from), run, size, *proof, root()).ok();
  }

  std::unique_ptr<sql::Connection> db;
  std::vector<Hash> leaves;
  ProofNodes known;
};

TEST_F(ProofNodesTest, AllRunsOfALogAreProven) {
  grow(1500, "a");
  for (std::uint64_t from = 0; from < 1500; from += 100) EXPECT_TRUE(proves(from, 100)) << from;
  for (std::uint64_t from = 1400; from > 0; from -= 100) EXPECT_TRUE(proves(from - 7, 3)) << from;
}

TEST_F(ProofNodesTest, AnotherTreeOfTheSameSizeHasItsOwn) {
  grow(1000, "a");
  for (std::uint64_t from = 0; from < 1000; from += 50) ASSERT_TRUE(proves(from, 50)) << from;
  cut(300);
  grow(1000, "b");
  for (std::uint64_t from = 0; from < 1000; from += 50) EXPECT_TRUE(proves(from, 50)) << from;
}

}  // namespace
}  // namespace koinon::test::proof_nodes_test
