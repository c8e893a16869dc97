#include "node/log_files/log_files.h"

#include "proto/base/encoding.h"

namespace koinon {
namespace {

// A tile never changes. A partial tile does not change either: its width is in its path.
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

// Everybody may audit our own log. For logs of others the caller must be allowed to read.
Result<LogState> LogFiles::find(const LogName& name, const Status& may_read) {
  Directory directory(store_, nearness_);
  const auto id = parse_log_id(name.city);
  auto log = id.ok() ? store_.log_state(*id) : directory.find_city(name.city);
  if (!log.ok() || log->id != own_) KOINON_TRY(may_read);
  if (!log.ok()) return log;
  // What was taken back has other tiles from there on, and a tile never changes.
  const std::uint64_t recoveries = log->keys.recoveries();
  if (name.origin == (recoveries == 0 ? std::string() : std::to_string(recoveries))) return log;
  const std::string place =
      "/log/" + to_text(log->id) + (recoveries == 0 ? "" : "/" + std::to_string(recoveries));
  return fail(Code::kNotFound, "the log has another origin: it is at " + place + "/checkpoint", "origin");
}

Result<HttpResponse> LogFiles::checkpoint(const LogName& name, const Status& may_read) {
  KOINON_ASSIGN(const LogState log, find(name, may_read));
  if (!log.whole)
    return fail(
        Code::kUnavailable,
        Sentence{"log.being_fetched", "the log is still being fetched up to its head; try again soon"},
        "checkpoint");
  return HttpResponse{200, "text/plain; charset=utf-8", log.whole->note, {{"Cache-Control", "no-cache"}}};
}

Result<HttpResponse> LogFiles::tile(const LogName& name, const std::string& file, const Status& may_read) {
  KOINON_ASSIGN(const LogState log, find(name, may_read));
  const std::vector<std::string> segments = tile_segments(file);
  KOINON_ASSIGN(const TilePath path, parse_tile_path(segments));
  if (!log.whole || !tile_exists(path, log.whole->size.value))
    return fail(Code::kNotFound, "the log does not reach that far here", "tile");
  return path.entries ? entries(log, path) : hashes(log, path);
}

Result<HttpResponse> LogFiles::hashes(const LogState& log, const TilePath& path) {
  KOINON_ASSIGN(const auto hashes,
                store_.hashes(log.id, {kTileHeight * path.level, path.first()}, path.width));
  std::string bytes;
  for (const Hash& hash : hashes) bytes += hash.view();
  return immutable(std::move(bytes));
}

// Before each entry stands its length in two bytes.
Result<HttpResponse> LogFiles::entries(const LogState& log, const TilePath& path) {
  std::string bytes;
  for (std::uint64_t i = 0; i < path.width; ++i) {
    KOINON_ASSIGN(const Bytes leaf, store_.entry(log.id, EntryIndex(path.first() + i)));
    bytes += static_cast<char>(leaf.size() >> 8);
    bytes += static_cast<char>(leaf.size() & 0xFF);
    bytes += leaf;
  }
  return immutable(std::move(bytes));
}

}  // namespace koinon
