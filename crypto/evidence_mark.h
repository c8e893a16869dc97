// What evidence of a fork is about, however it is written down. Two evidences are of the same contradiction
// if they name the same two heads (origin, size and root), or the same two statements: in any order, with any
// signature lines, proof nodes, `at` and statements beside them. Who is shown one of them knows the other.
//
// Pure functions, for any thread.
#pragma once

#include <vector>

#include "koinon/v1/wire.pb.h"
#include "proto/base/types.h"

namespace koinon {

// A head without its signatures.
struct HeadPoint {
  TreeSize size;
  Hash root;
  auto operator<=>(const HeadPoint&) const = default;
};

struct EvidenceMark {
  // SHA-256 of "koinon/v1 contradiction" NUL, the log id, one byte (1: of heads, 2: of statements), and the
  // SHA-256 digests of the two texts, the smaller one first: of a head its first three lines, of a statement
  // all of what is signed.
  Hash digest;
  std::vector<HeadPoint> heads;  // none: it is of statements
};

// Verifies nothing. Of what cannot be read the digest is that of its bytes.
EvidenceMark mark_of(const v1::Evidence& evidence);
EvidenceMark mark_of(BytesView file);

}  // namespace koinon
