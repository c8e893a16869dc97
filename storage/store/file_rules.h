// Files of notes: which give way to which if there is too little room, and which fetches go on after a start.
// Pure rules, the same for every store.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "crypto/log_state.h"

namespace koinon {

// Which files of other cities may go to make room for another. All files with a wish below `any_below` may
// go. Files with a wish up to `settled_to` may go if nobody is fetching them: they are complete, or known to
// be broken.
struct GivesWay {
  AttachmentWish any_below;
  AttachmentWish settled_to;
  // Wishes are ordered: if it does not include a settled wish, it does not include a larger one either.
  bool includes(AttachmentWish wish, bool settled) const;
};
// Files that are fetched for peers give way to all others. If somebody asks for a file by hand, complete
// files and files that policy wants but that are not here yet give way too.
GivesWay gives_way_to(AttachmentWish wanted);

// Why a file is kept that a note of this log names. Files of our own notes (`own`: our log) are our own,
// whoever asks for them.
AttachmentWish wish_kept(const AttachmentWant& want, const std::optional<LogId>& own);

// How many bytes the files of other cities take.
struct FileRoom {
  std::uint64_t quota = 0;
  std::uint64_t used = 0;         // of the quota
  std::uint64_t used_of_log = 0;  // by the files of one log that nobody asked for by hand; a file counts for
                                  // the log that wanted it first
};
struct FileThatMayGo {
  std::int64_t key = 0;  // a number of the store's own
  std::uint64_t size = 0;
};
// Returns the next of the files that may go, in the order in which they go. Nothing: there are no more.
using NextFile = std::function<Result<std::optional<FileThatMayGo>>()>;
// The keys of the files that must go to make room for `size` bytes. Each log has a share for the files that
// nobody asked for by hand. Within this share the log's own files (`of_log`) give way. kTooLarge: there would
// still be no room, and no file goes.
Result<std::set<std::int64_t>> files_that_go(std::uint64_t size, AttachmentWish wanted, const FileRoom& room,
                                             const NextFile& of_log, const NextFile& of_all);

// Whether a chunk is the next one of a file that has `held` chunks here. `settled`: the file is complete, or
// broken.
bool is_next_chunk(bool settled, std::uint32_t held, std::uint32_t number);
// Whether a fetch goes on after a start. A fetch for peers does not: they will ask again.
bool outlives_start(AttachmentWish wish);
// Files of our own office that were put before this time are forgotten if no note names them.
UnixMillis unnamed_kept_since(UnixMillis now);

// What becomes of a file once fewer records name it.
enum class FileFate : unsigned char { kStays, kHidden, kGone };
// `used`: a record that stands names it, and it is in sight. `named_by_erased`: so does a record that was
// erased and whose body is still kept. A file is kept for that as long, out of sight: what is not complete is
// of no use to whoever takes the erasure back.
FileFate fate_of(bool used, bool complete, bool named_by_erased);
// Whether a hidden file comes into sight when a record of `namer` names it. `eraser`: the log of an erased
// record that names it. The city names its file again; a note of another city does not bring back what was
// erased. `Log`: however the store tells logs apart.
template <typename Log>
bool comes_into_sight(const Log& namer, const Log& eraser) {
  return namer == eraser;
}
// A note that named the file was erased: until its grace time is over nobody has it.
Error erased_file();
// The chunks of a file are proven, but they have another digest than its note says.
Error broken_file();

}  // namespace koinon
