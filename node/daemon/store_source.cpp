#include "node/daemon/store_source.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <unistd.h>

#include "node/daemon/config_place.h"
#include "node/daemon/store_url.h"
#include "storage/postgres/postgres_office.h"
#include "storage/postgres/postgres_store.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
namespace {

// When this process began, by the kernel's count (proc_pid_stat(5), field 22): in containers each is the
// first process of a machine of the same name.
std::string began() {
  std::ifstream in("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return field;
}

// Who holds the lease, for whoever waits for it.
std::string this_process() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return "koinond on " + std::string(host) + ", process " + std::to_string(::getpid()) + "." + began();
}

SqliteStoreOptions with_quota(const StoreOptions& options, std::uint64_t file_quota) {
  SqliteStoreOptions out;
  static_cast<StoreOptions&>(out) = options;
  out.max_bytes = file_quota;
  return out;
}

}  // namespace

Result<StoreSource> StoreSource::of(const DataFolder& folder, const std::string& url, bool reader) {
  if (!url.empty()) {
    const auto parsed = StoreUrl::parse(url);
    if (!parsed.ok()) return again_as(Code::kInvalidArgument, parsed.error(), "store.url");
  }
  if (reader && url.empty())
    return fail(Code::kInvalidArgument, "a reader needs store.url: the server whose store it reads",
                "reader");
  return StoreSource(folder, url, reader);
}

Result<StoreSource> StoreSource::configured(const DataFolder& folder) {
  KOINON_ASSIGN(const Config config, read_found_config(folder, ""));
  return of(folder, config.store_url, config.reader);
}

std::string StoreSource::place() const {
  if (url_.empty()) return folder_.store().string();
  const auto parsed = StoreUrl::parse(url_);
  return parsed.ok() ? parsed->place() : "postgresql://";
}

Result<std::unique_ptr<Store>> StoreSource::open_writer(const StoreOptions& options,
                                                        std::uint64_t file_quota) const {
  if (reader_) return fail(Code::kRefused, "a reader writes nothing: reader = true in its configuration");
  if (!is_on_server()) return open_sqlite_store(folder_.store(), with_quota(options, file_quota));
  PostgresStoreOptions there;
  static_cast<StoreOptions&>(there) = options;
  there.place.url = url_;
  there.holder = this_process();
  there.keeps_lease_at_start = true;
  return open_postgres_store(there);
}

Result<std::unique_ptr<StoreReader>> StoreSource::open_reader(int cache_kib) const {
  return is_on_server() ? open_postgres_reader({url_}) : open_sqlite_reader(folder_.store(), cache_kib);
}

Result<OfficeDb> StoreSource::open_office() const {
  return is_on_server() ? open_postgres_office({url_}, !reader_) : OfficeDb::open(folder_.office());
}

Result<StoreState> StoreSource::read_state() const {
  return is_on_server() ? read_postgres_state({url_}) : read_sqlite_state(folder_.store());
}

Status need_files(const DataFolder& folder, const std::string& instead) {
  const std::string url = read_found(folder, "").config.store_url;
  if (url.empty()) return {};
  const auto parsed = StoreUrl::parse(url);
  return fail(Code::kRefused, "the store of this node is on a server, " +
                                  (parsed.ok() ? parsed->place() : "") + ": " + instead);
}

bool has_store_on_server(const DataFolder& folder) {
  return !read_found(folder, "").config.store_url.empty();
}

Status check_configured_node(const DataFolder& folder) {
  return folder.check_node(has_store_on_server(folder));
}

}  // namespace koinon
