#include "node/log_files/log_files_api.h"

#include "proto/base/encoding.h"

namespace koinon {
namespace {

// A tile never changes, nor does a partial one under its width.
HttpResponse immutable(std::string bytes) {
  return {200,
          "application/octet-stream",
          std::move(bytes),
          {{"Cache-Control", "public, max-age=31536000, immutable"}}};
}

std::vector<std::string> tile_segments(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('/', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

void LogFilesApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/log/{city}/checkpoint",
               .need = Need::kAnyone,
               .id = "getCheckpoint",
               .tag = "logs",
               .summary = "The signed head of a log, by the city's name or log id",
               .gives = "text/plain"},
              handler(this, &LogFilesApi::checkpoint)});
  routes.add({{.method = "GET",
               .pattern = "/log/{city}/tile/{path...}",
               .need = Need::kAnyone,
               .id = "getTile",
               .tag = "logs",
               .summary =
                   "A tile of hashes (L/N[.p/W]) or of entries (entries/N[.p/W]), as C2SP tlog-tiles has it",
               .gives = "application/octet-stream"},
              handler(this, &LogFilesApi::tile)});
}

// Our own log is anyone's to audit; those of others as far as reading is open.
Result<LogState> LogFilesApi::find(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness);
  const std::string city = request.arg("city");
  const auto id = parse_log_id(city);
  auto log = id.ok() ? parts_.store->log_state(*id) : directory.find_city(city);
  if (!log.ok() || log->id != parts_.facts.log())
    KOINON_TRY(check_need(request.caller, Need::kReading, public_));
  return log;
}

Result<HttpResponse> LogFilesApi::checkpoint(const ApiRequest& request) {
  KOINON_ASSIGN(const LogState log, find(request));
  if (!log.whole)
    return fail(Code::kUnavailable, "the log is still being fetched up to its head; try again soon",
                "checkpoint");
  return HttpResponse{200, "text/plain; charset=utf-8", log.whole->note, {{"Cache-Control", "no-cache"}}};
}

Result<HttpResponse> LogFilesApi::tile(const ApiRequest& request) {
  KOINON_ASSIGN(const LogState log, find(request));
  const std::vector<std::string> segments = tile_segments(request.arg("path"));
  KOINON_ASSIGN(const TilePath path, parse_tile_path(segments));
  if (!log.whole || !tile_exists(path, log.whole->size.value))
    return fail(Code::kNotFound, "the log does not reach that far here", "tile");
  return path.entries ? entries(log, path) : hashes(log, path);
}

Result<HttpResponse> LogFilesApi::hashes(const LogState& log, const TilePath& path) {
  KOINON_ASSIGN(const auto hashes,
                parts_.store->hashes(log.id, {kTileHeight * path.level, path.first()}, path.width));
  std::string bytes;
  for (const Hash& hash : hashes) bytes += hash.view();
  return immutable(std::move(bytes));
}

// Each entry after its length in two bytes.
Result<HttpResponse> LogFilesApi::entries(const LogState& log, const TilePath& path) {
  std::string bytes;
  for (std::uint64_t i = 0; i < path.width; ++i) {
    KOINON_ASSIGN(const Bytes leaf, parts_.store->entry(log.id, EntryIndex(path.first() + i)));
    bytes += static_cast<char>(leaf.size() >> 8);
    bytes += static_cast<char>(leaf.size() & 0xFF);
    bytes += leaf;
  }
  return immutable(std::move(bytes));
}

}  // namespace koinon
