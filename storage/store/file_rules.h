// Files of notes: which give way to which where room is short, and which are gone on with. Pure rules, the
// same for every store.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "crypto/log_state.h"

namespace koinon {

// Which files of other cities may go so that another fits: those of a wish below `any_below`, and of a wish
// up to `settled_to` those that nobody is fetching (complete, or known to be broken).
struct GivesWay {
  AttachmentWish any_below;
  AttachmentWish settled_to;
  // Where it does not include a wish that is settled, it includes none that is larger.
  bool includes(AttachmentWish wish, bool settled) const;
};
// What is fetched for peers gives way to anything; to what somebody asks for by hand also what was fetched,
// and what policy wants and has not got.
GivesWay gives_way_to(AttachmentWish wanted);

// What files of other cities take, in bytes.
struct FileRoom {
  std::uint64_t quota = 0;
  std::uint64_t used = 0;         // of the quota
  std::uint64_t used_of_log = 0;  // by files that nobody asked for by hand, first wanted for one log
};
struct FileThatMayGo {
  std::int64_t key = 0;  // the store's own
  std::uint64_t size = 0;
};
// The next of the files that may go, the first to go first; none: that was the last.
using NextFile = std::function<Result<std::optional<FileThatMayGo>>()>;
// The keys of the files that go so that one of `size` bytes fits. Of what nobody asked for by hand a log has
// its share, within which its own files (`of_log`) give way. kTooLarge: there is no room for it, and nothing
// goes.
Result<std::set<std::int64_t>> files_that_go(std::uint64_t size, AttachmentWish wanted, const FileRoom& room,
                                             const NextFile& of_log, const NextFile& of_all);

// Whether a chunk is the next of a file of which `held` chunks are here; `settled`: complete, or broken.
bool is_next_chunk(bool settled, std::uint32_t held, std::uint32_t number);
// Whether a fetch is gone on with after a start: what peers asked for they ask for again.
bool outlives_start(AttachmentWish wish);
// Files of our own office that were put before are forgotten if no note names them.
UnixMillis unnamed_kept_since(UnixMillis now);
// The file's chunks are proven, and have another digest than its note says.
Error broken_file();

}  // namespace koinon
