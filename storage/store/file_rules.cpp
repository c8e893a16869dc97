#include "storage/store/file_rules.h"

#include "proto/base/limits.h"
#include "storage/store/room.h"

namespace koinon {
namespace {

// Takes files from `next` until at most `quota` is used. False: there are not enough files.
Result<bool> choose(const NextFile& next, std::uint64_t used, std::uint64_t quota,
                    std::set<std::int64_t>& chosen, std::uint64_t& freed) {
  while (used > quota) {
    KOINON_ASSIGN(const auto file, next());
    if (!file) return false;
    if (!chosen.insert(file->key).second) continue;
    freed += file->size;
    used -= file->size;
  }
  return true;
}

}  // namespace

bool GivesWay::includes(AttachmentWish wish, bool settled) const {
  return wish < any_below || (settled && wish <= settled_to);
}

GivesWay gives_way_to(AttachmentWish wanted) {
  return {wanted, wanted == AttachmentWish::kByHand ? AttachmentWish::kByHand : AttachmentWish::kForPeer};
}

AttachmentWish wish_kept(const AttachmentWant& want, const std::optional<LogId>& own) {
  return own == want.log ? AttachmentWish::kOwn : want.wish;
}

Result<std::set<std::int64_t>> files_that_go(std::uint64_t size, AttachmentWish wanted, const FileRoom& room,
                                             const NextFile& of_log, const NextFile& of_all) {
  std::set<std::int64_t> chosen;
  std::uint64_t freed = 0;
  if (wanted < AttachmentWish::kByHand) {
    KOINON_ASSIGN(const bool fits, choose(of_log, room.used_of_log + size,
                                          share_of_log(room.quota, limits::kAttachmentBytes), chosen, freed));
    if (!fits) {
      return fail(Code::kTooLarge,
                  "one city's part of the room for files is used up; ask for the file by hand, or raise "
                  "attachments.max_bytes",
                  "attachment");
    }
  }
  KOINON_ASSIGN(const bool fits, choose(of_all, room.used - freed + size, room.quota, chosen, freed));
  if (!fits) {
    return fail(Code::kTooLarge, "the room for files of other cities is used up; raise attachments.max_bytes",
                "attachment");
  }
  return chosen;
}

bool is_next_chunk(bool settled, std::uint32_t held, std::uint32_t number) {
  return !settled && held == number;
}

bool outlives_start(AttachmentWish wish) { return wish != AttachmentWish::kForPeer; }

UnixMillis unnamed_kept_since(UnixMillis now) {
  return {now.value - std::chrono::milliseconds(limits::kUploadAge).count()};
}

FileFate fate_of(bool used, bool complete, bool named_by_erased) {
  if (used) return FileFate::kStays;
  return complete && named_by_erased ? FileFate::kHidden : FileFate::kGone;
}

Error erased_file() {
  return fail(Code::kUnavailable,
              "a note that named the file was erased; it can be had again once its grace time is over",
              "attachment");
}

Error broken_file() {
  return fail(Code::kRefused, "the file is not the one that its note names; its author has to correct that",
              "attachment");
}

}  // namespace koinon
