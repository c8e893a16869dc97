#include "tools/site/made_files.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "storage/backup/disk_file.h"
#include "tools/site/static_places.h"

namespace koinon::site_export {
namespace {

constexpr const char* kNotes = ".koinon-site";
constexpr unsigned kFileMode = 0644;
constexpr std::size_t kFoldersRemembered = 100'000;
constexpr const char* kGeneration = "generation";
constexpr const char* kPurged = "purge";

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, unit TEXT NOT NULL, digest BLOB NOT NULL,
                                 generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_by_unit ON file (unit);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS member (name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (name, text)) WITHOUT ROWID;
)";

Error system_error(const std::string& what) {
  const int number = errno;
  const Code code = number == ENOSPC || number == EDQUOT ? Code::kDiskFull : Code::kIo;
  return fail(code, what + ": " + std::strerror(number));
}

// Nobody's folder is filled by mistake: it is empty, or a site that this command has made.
Status check_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / kNotes, error)) return {};
  if (!std::filesystem::exists(folder, error)) return {};
  if (std::filesystem::is_directory(folder, error) && std::filesystem::is_empty(folder, error)) return {};
  return fail(Code::kConflict,
              "this is not a site that koinon has made, and it is not empty: name another folder",
              folder.string());
}

Result<int> take_lock(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("cannot open " + path.string());
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return fail(Code::kUnavailable, "another export into this folder is at work", path.string());
}

Result<sqlite::Connection> open_manifest(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  KOINON_TRY(db.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(db.execute("PRAGMA synchronous=NORMAL"));
  KOINON_TRY(db.execute(kSchema));
  KOINON_TRY(db.execute("BEGIN IMMEDIATE"));
  return db;
}

// Of the site, all that a web server needs to read, whatever the mask of whoever runs the command.
Status make_folders(const std::filesystem::path& folder) {
  bool made = ::mkdir(folder.c_str(), 0755) == 0;
  if (!made && errno == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    KOINON_TRY(make_folders(folder.parent_path()));
    made = ::mkdir(folder.c_str(), 0755) == 0;
  }
  if (!made) {
    if (errno == EEXIST) return {};
    return system_error("cannot make " + folder.string());
  }
  if (::chmod(folder.c_str(), 0755) != 0)
    return system_error("cannot open " + folder.string() + " to readers");
  return {};
}

}  // namespace

MadeFiles::Lock::~Lock() {
  if (descriptor >= 0) ::close(descriptor);
}

MadeFiles::MadeFiles(std::filesystem::path folder, sqlite::Connection db, int lock)
    : folder_(std::move(folder)), notes_(folder_ / kNotes), lock_(lock), db_(std::move(db)) {}

Result<MadeFiles> MadeFiles::open(const std::filesystem::path& folder) {
  KOINON_TRY(check_folder(folder));
  const std::filesystem::path notes = folder / kNotes;
  KOINON_TRY(make_folders(notes));
  // No web server needs it.
  if (::chmod(notes.c_str(), 0700) != 0) return system_error("cannot close " + notes.string());
  KOINON_ASSIGN(const int lock, take_lock(notes / "lock"));
  auto db = open_manifest(notes / "manifest.db");
  if (!db.ok()) {
    ::close(lock);
    return db.error();
  }
  MadeFiles out(folder, std::move(*db), lock);
  KOINON_ASSIGN(const auto generation, out.note(kGeneration));
  if (generation) {
    const auto number = parse_decimal(*generation);
    out.generation_ = number.ok() ? static_cast<std::int64_t>(*number) : 0;
  }
  return out;
}

Status MadeFiles::put(const MadeUnit& unit) {
  for (const MadeFile& file : unit.files)
    KOINON_TRY(put_in(file.is_shared ? std::string() : unit.name, file));
  if (!unit.name.empty()) KOINON_TRY(remove_others(unit));
  return unit.gone.empty() ? Status() : remove(unit.gone);
}

Status MadeFiles::put_shared(const std::string& path, std::string content) {
  return put_in("", MadeFile(path, std::move(content), true));
}

Status MadeFiles::put_in(const std::string& unit, const MadeFile& file) {
  const auto& [path, content, digest, is_shared] = file;
  bool known = false;
  {
    auto select = db_.prepare("SELECT digest, unit, generation FROM file WHERE path = ?");
    select.bind_text(path);
    KOINON_ASSIGN(known, select.step());
    std::error_code ignored;
    const bool same = known && select.blob(0) == digest.view();
    // A run over everything also looks whether the file is there.
    const bool is_done = same && select.text(1) == unit && select.integer(2) == generation_;
    if (is_done) return {};
    if (same && std::filesystem::exists(folder_ / path, ignored)) {
      auto update = db_.prepare("UPDATE file SET unit = ?, generation = ? WHERE path = ?");
      return update.bind_text(unit).bind(generation_).bind_text(path).run();
    }
  }
  KOINON_TRY(write_file(path, content));
  ++(known ? written_.changed : written_.made);
  // What was removed before is told to caches already; a path that comes back may be kept there as missing.
  KOINON_TRY(known ? purge(path) : Status());
  auto insert =
      db_.prepare("INSERT OR REPLACE INTO file (path, unit, digest, generation) VALUES (?, ?, ?, ?)");
  return insert.bind_text(path).bind_text(unit).bind_blob(digest.view()).bind(generation_).run();
}

Status MadeFiles::write_file(const std::string& path, std::string_view content) {
  const std::filesystem::path to = folder_ / path;
  const std::string above = to.parent_path().string();
  if (!folders_made_.contains(above)) {
    KOINON_TRY(make_folders(above));
    if (folders_made_.size() >= kFoldersRemembered) folders_made_.clear();
    folders_made_.insert(above);
  }
  const std::filesystem::path made = notes_ / "new";
  const int descriptor = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return system_error("cannot write " + made.string());
  Status status;
  if (::fchmod(descriptor, kFileMode) != 0) status = system_error("cannot open " + path + " to readers");
  while (status.ok() && !content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) status = system_error("cannot write " + to.string());
    if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::close(descriptor) != 0 && status.ok()) status = system_error("cannot write " + to.string());
  KOINON_TRY(status);
  return backup::rename_path(made, to);
}

Status MadeFiles::forget(const std::string& path) {
  std::error_code error;
  const bool gone = std::filesystem::remove(folder_ / path, error);
  if (error) return fail(Code::kIo, "cannot remove " + path + ": " + error.message());
  written_.removed += gone ? 1 : 0;
  // Folders that are empty now.
  for (auto above = std::filesystem::path(path).parent_path(); !above.empty(); above = above.parent_path()) {
    if (::rmdir((folder_ / above).c_str()) != 0) break;
    folders_made_.erase((folder_ / above).string());
  }
  KOINON_TRY(purge(path));
  auto erase = db_.prepare("DELETE FROM file WHERE path = ?");
  return erase.bind_text(path).run();
}

Status MadeFiles::remove(const std::string& path) {
  KOINON_ASSIGN(const bool known, has(path));
  return known ? forget(path) : Status();
}

Result<bool> MadeFiles::has(const std::string& path) {
  auto select = db_.prepare("SELECT 1 FROM file WHERE path = ?");
  select.bind_text(path);
  return select.step();
}

Status MadeFiles::remove_others(const MadeUnit& unit) {
  std::set<std::string_view> put;
  for (const MadeFile& file : unit.files) {
    if (!file.is_shared) put.insert(file.path);
  }
  std::vector<std::string> gone;
  {
    auto select = db_.prepare("SELECT path FROM file WHERE unit = ?");
    select.bind_text(unit.name);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      std::string path = select.text(0);
      if (!put.contains(path)) gone.push_back(std::move(path));
    }
  }
  for (const std::string& path : gone) KOINON_TRY(forget(path));
  return {};
}

Status MadeFiles::begin_generation() {
  ++generation_;
  return set_note(kGeneration, std::to_string(generation_));
}

Status MadeFiles::sweep() {
  std::vector<std::string> gone;
  {
    auto select = db_.prepare("SELECT path FROM file WHERE generation < ?");
    select.bind(generation_);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      gone.push_back(select.text(0));
    }
  }
  for (const std::string& path : gone) KOINON_TRY(forget(path));
  return {};
}

Status MadeFiles::tidy() {
  std::error_code error;
  std::vector<std::string> unknown;
  for (std::filesystem::recursive_directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path() == notes_) {
      at.disable_recursion_pending();
      continue;
    }
    if (at->is_directory(error)) continue;
    std::string path = at->path().lexically_relative(folder_).generic_string();
    KOINON_ASSIGN(const bool known, has(path));
    if (!known) unknown.push_back(std::move(path));
  }
  if (error) return fail(Code::kIo, "cannot look through the folder: " + error.message(), folder_.string());
  for (const std::string& path : unknown) KOINON_TRY(forget(path));
  return {};
}

Result<std::optional<Bytes>> MadeFiles::note(const std::string& name) {
  auto select = db_.prepare("SELECT value FROM note WHERE name = ?");
  select.bind_text(name);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional<Bytes>(Bytes(select.blob(0))) : std::nullopt;
}

Status MadeFiles::set_note(const std::string& name, BytesView value) {
  auto insert = db_.prepare("INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)");
  return insert.bind_text(name).bind_blob(value).run();
}

Status MadeFiles::add_to(const std::string& set, const std::string& text) {
  auto insert = db_.prepare("INSERT OR IGNORE INTO member (name, text) VALUES (?, ?)");
  return insert.bind_text(set).bind_text(text).run();
}

Result<std::vector<std::string>> MadeFiles::all_of(const std::string& set) {
  std::vector<std::string> out;
  auto select = db_.prepare("SELECT text FROM member WHERE name = ? ORDER BY text");
  select.bind_text(set);
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(select.text(0));
  }
}

Result<std::optional<std::string>> MadeFiles::below(const std::string& set, const std::string& text) {
  auto select = db_.prepare("SELECT text FROM member WHERE name = ? AND text < ? ORDER BY text DESC LIMIT 1");
  select.bind_text(set).bind_text(text);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional<std::string>(select.text(0)) : std::nullopt;
}

Result<std::optional<std::string>> MadeFiles::from(const std::string& set, const std::string& text) {
  auto select = db_.prepare("SELECT text FROM member WHERE name = ? AND text >= ? ORDER BY text LIMIT 1");
  select.bind_text(set).bind_text(text);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional<std::string>(select.text(0)) : std::nullopt;
}

Status MadeFiles::clear(const std::string& set) {
  auto erase = db_.prepare("DELETE FROM member WHERE name = ?");
  return erase.bind_text(set).run();
}

// The files first: what the database says of them is true after a loss of power too.
Status MadeFiles::keep() {
  KOINON_TRY(backup::sync_file_system(folder_));
  KOINON_TRY(db_.execute("COMMIT"));
  return db_.execute("BEGIN IMMEDIATE");
}

Status MadeFiles::purge(const std::string& path) { return add_to(kPurged, link_to(path)); }

Status MadeFiles::begin_purge_list() { return clear(kPurged); }

Result<std::uint64_t> MadeFiles::write_purge_list() {
  KOINON_ASSIGN(const auto paths, all_of(kPurged));
  std::string text;
  for (const std::string& path : paths) text += path + "\n";
  KOINON_TRY(backup::write_whole(notes_ / "purge.txt", text, kFileMode));
  return paths.size();
}

}  // namespace koinon::site_export
