// The types of PostgreSQL that statements of ours have. Their numbers stand in its pg_type.dat and never
// change.
#pragma once

#include <libpq-fe.h>

namespace koinon::postgres::server_type {

inline constexpr Oid kBool = 16;
inline constexpr Oid kBytea = 17;
inline constexpr Oid kInt8 = 20;
inline constexpr Oid kInt2 = 21;
inline constexpr Oid kInt4 = 23;
inline constexpr Oid kText = 25;
inline constexpr Oid kFloat8 = 701;

}  // namespace koinon::postgres::server_type
