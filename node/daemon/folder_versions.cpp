#include "node/daemon/folder_versions.h"

#include <system_error>

#include "storage/office/office_schema.h"
#include "storage/store/schema.h"
#include "storage/witness/witness_db.h"

namespace koinon {
namespace {

// What cannot be read is told by whoever opens it.
Status check_version(const DataFolder& folder, const std::filesystem::path& path,
                     const sqlite::SchemaSteps& schema) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return {};
  const auto version = sqlite::schema_version_of(path);
  if (!version.ok() || *version <= schema.newest()) return {};
  return sqlite::of_newer_program(schema.file, *version, schema.newest(), noted_program(folder.store()));
}

}  // namespace

// One step of an upgrade may have changed one of them alone.
Status check_versions(const DataFolder& folder) {
  KOINON_TRY(check_version(folder, folder.store(), store_schema()));
  KOINON_TRY(check_version(folder, folder.office(), office_schema()));
  return check_version(folder, folder.witness(), witness_schema());
}

}  // namespace koinon
