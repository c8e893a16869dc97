#include "storage/move/new_files.h"

#include <system_error>

#include "crypto/key_file.h"
#include "storage/sqlite/schema_steps.h"
#include "storage/store/move_marks.h"
#include "storage/store/sqlite_store.h"

namespace koinon::move {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

Status remove_if_there(const std::filesystem::path& path) {
  return is_there(path) ? remove_file(path) : Status();
}

// What is in the write-ahead log of the new file comes into it, and the log of the old one goes: SQLite would
// take it for that of the new file.
Status put_one(const std::filesystem::path& made, const std::filesystem::path& wanted) {
  if (!is_there(made)) return {};
  {
    KOINON_ASSIGN(auto db, sqlite::Connection::open(made, {}));
    KOINON_ASSIGN(const bool folded, db.fold());
    if (!folded) return fail(Code::kUnavailable, "somebody reads it; try again", made.string());
  }
  for (const char* part : {"-wal", "-shm"}) {
    KOINON_TRY(remove_if_there(made.string() + part));
    KOINON_TRY(remove_if_there(wanted.string() + part));
  }
  return replace_file(made, wanted);
}

}  // namespace

Status NewFiles::make_folder() const {
  std::error_code error;
  std::filesystem::create_directory(folder(), error);
  if (!error) std::filesystem::permissions(folder(), std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return fail(Code::kIo, "the folder could not be made: " + error.message(), folder().string());
}

// A store that nobody moves into any more has a name, and no mark. One that is being made has none of it yet.
Result<bool> NewFiles::are_done() const {
  if (!is_there(files().store)) return false;
  const auto version = sqlite::schema_version_of(files().store);
  if (!version.ok() || *version == 0) return false;
  KOINON_ASSIGN(const Place made, open_files_ahead(files()));
  KOINON_ASSIGN(const MoveMarks marks, read_move_marks(*made.store));
  KOINON_ASSIGN(const std::string name, store_name(*made.store));
  return !marks.moving && !marks.moved_to && !name.empty();
}

Status NewFiles::check_old() const {
  if (!is_there(wanted_.store)) return {};
  KOINON_ASSIGN(const Place old, open_files_ahead(wanted_));
  KOINON_ASSIGN(const MoveMarks marks, read_move_marks(*old.store));
  if (marks.moved_to) return {};
  return fail(
      Code::kConflict,
      "a store is there that was never moved elsewhere, and nothing takes its place; put it elsewhere "
      "first, if it is of no use",
      wanted_.store.string());
}

Status NewFiles::put_in_place() const {
  const PlaceFiles made = files();
  KOINON_TRY(put_one(made.office, wanted_.office));
  KOINON_TRY(put_one(grace_file(made.store), grace_file(wanted_.store)));
  KOINON_TRY(put_one(made.store, wanted_.store));
  std::error_code ignored;
  std::filesystem::remove_all(folder(), ignored);
  return {};
}

}  // namespace koinon::move
