#include "node/replication/room_claims.h"

#include <algorithm>

#include "node/replication/execute.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kReserveField = "disk.reserve_bytes";

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

std::uint64_t bytes_of(const BodiesCommit& commit) {
  std::uint64_t bytes = 0;
  for (const auto& item : commit.bodies) bytes += bytes_held(0, item.body.size());
  return bytes;
}

std::uint64_t bytes_of(const CosignedHead& head) {
  std::uint64_t bytes = head.head.note.size();
  for (const CosignatureLine& line : head.lines)
    bytes += line.signature.name.size() + line.signature.signature.size();
  return bytes;
}

}  // namespace

std::optional<RoomClaim> room_claim_of(const IntentBody& body) {
  using Maybe = std::optional<RoomClaim>;
  const auto of_others = [](bool own, std::uint64_t bytes) { return own ? Maybe() : Maybe({bytes, false}); };
  const auto of_file = [](AttachmentWish wish, std::uint64_t bytes) {
    return Maybe({bytes, wish == AttachmentWish::kOwn});
  };
  return std::visit(
      Overloaded{
          [&](const CommitRun& intent) { return of_others(intent.own, bytes_held(intent.run.records)); },
          [&](const CommitBodies& intent) { return of_others(intent.own, bytes_of(intent.bodies)); },
          [&](const CommitWant& intent) { return of_file(intent.want.wish, intent.want.id.size); },
          [&](const CommitChunk& intent) {
            return of_file(intent.commit.wish, intent.commit.chunk.bytes.size() + limits::kRecordBytes);
          },
          [&](const CommitEvidence& intent) {
            return of_others(intent.own, intent.evidence.evidence.size());
          },
          [&](const CommitCosigned& intent) { return of_others(false, bytes_of(intent.head)); },
          [&](const CommitStatements& intent) {
            std::uint64_t bytes = 0;
            for (const Bytes& note : intent.notes) bytes += note.size();
            return of_others(false, bytes);
          },
          [](const auto&) { return Maybe(); }},
      body);
}

RoomLeft::RoomLeft(Store& store, std::uint64_t reserve) {
  if (reserve == 0) return;
  const auto room = store.room();
  if (!room.ok()) return;
  for_others_ = room_for_others(*room, reserve);
  for_own_files_ = std::max(for_others_, room_for_others(*room, reserve / limits::kReserveForEntries));
}

bool RoomLeft::take(const RoomClaim& claim) {
  if (claim.bytes >= (claim.own_file ? for_own_files_ : for_others_)) return false;
  for_others_ -= std::min(for_others_, claim.bytes);
  for_own_files_ -= std::min(for_own_files_, claim.bytes);
  return true;
}

Error refused_for_own() { return kept_for_own(std::string(kReserveField)); }

bool is_of_others(const IntentBody& body) {
  const auto claim = room_claim_of(body);
  return claim && !claim->own_file;
}

bool is_kept_for_own(const Error& error) {
  return error.code == Code::kDiskFull && error.field == kReserveField;
}

}  // namespace koinon
