// The folder of a site: what is in it, and by whom it was made. A file is written to a temporary name and
// renamed, and only where it is another one than before.
//
// What was made stands in a small database of its own in the folder, DIR/.koinon-site/manifest.db: of each
// file its digest and the unit that it belongs to (a record, a city, a page of a list), so that a run looks
// at nothing that has not changed. A change of the files and of the database becomes durable with keep(); a
// run that is killed before that makes some files again, and finds that they are the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"
#include "storage/sqlite/sqlite.h"
#include "tools/site/made_unit.h"

namespace koinon::site_export {

struct FilesWritten {
  std::uint64_t made = 0;     // that were not there
  std::uint64_t changed = 0;  // that were there, and are others now
  std::uint64_t removed = 0;
};

class MadeFiles {
 public:
  // Makes the folder where it is not there. kConflict: something else is in it. kUnavailable: another export
  // is at work.
  static Result<MadeFiles> open(const std::filesystem::path& folder);
  MadeFiles(MadeFiles&&) = default;
  MadeFiles& operator=(MadeFiles&&) = default;

  // For what stands beside the files: DIR/.koinon-site.
  std::filesystem::path notes() const { return notes_; }

  // What belonged to the unit and is not put again is removed.
  Status put(const MadeUnit& unit);
  // A file that several units have: made once a run, and gone with the run over all that does not make it.
  Status put_shared(const std::string& path, std::string content);
  Status remove(const std::string& path);

  // A run over everything begins: what is not put from now on goes with sweep().
  Status begin_generation();
  Status sweep();
  // Removes what a run left behind that was killed before it had noted it: what is in the folder and nobody
  // knows of. It looks at every file of the folder.
  Status tidy();

  // What the export remembers, by name. Nothing: it was never set.
  Result<std::optional<Bytes>> note(const std::string& name);
  Status set_note(const std::string& name, BytesView value);
  // A set of texts under a name; the same text twice is one.
  Status add_to(const std::string& set, const std::string& text);
  Result<std::vector<std::string>> all_of(const std::string& set);
  // The last that is below this text, and the first that is not.
  Result<std::optional<std::string>> below(const std::string& set, const std::string& text);
  Result<std::optional<std::string>> from(const std::string& set, const std::string& text);
  Status clear(const std::string& set);

  // All of it becomes durable.
  Status keep();
  // Paths that caches must forget, as they are asked for, into DIR/.koinon-site/purge.txt; says how many.
  Result<std::uint64_t> write_purge_list();
  // The list of the run before is used up.
  Status begin_purge_list();

  const FilesWritten& written() const { return written_; }

 private:
  MadeFiles(std::filesystem::path folder, sqlite::Connection db, int lock);
  Status put_in(const std::string& unit, const MadeFile& file);
  Status remove_others(const MadeUnit& unit);
  Result<bool> has(const std::string& path);
  Status write_file(const std::string& path, std::string_view content);
  Status forget(const std::string& path);
  Status purge(const std::string& path);

  struct Lock {
    explicit Lock(int taken) : descriptor(taken) {}
    Lock(Lock&& other) noexcept : descriptor(other.descriptor) { other.descriptor = -1; }
    Lock& operator=(Lock&& other) noexcept {
      std::swap(descriptor, other.descriptor);
      return *this;
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();
    int descriptor;
  };

  std::filesystem::path folder_;
  std::filesystem::path notes_;
  Lock lock_;
  sqlite::Connection db_;
  std::int64_t generation_ = 0;
  std::set<std::string> folders_made_;  // that are there for sure
  FilesWritten written_;
};

}  // namespace koinon::site_export
