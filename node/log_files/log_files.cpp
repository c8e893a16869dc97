#include "node/log_files/log_files.h"

#include <algorithm>

#include "crypto/key_history_text.h"
#include "node/reading/kept_witnesses.h"
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
Result<LogState> LogFiles::find_log(const std::string& city, const Status& may_read) {
  Directory directory(store_, nearness_);
  const auto id = parse_log_id(city);
  auto log = id.ok() ? store_.log_state(*id) : directory.find_city(city);
  if (!log.ok() || log->id != own_) KOINON_TRY(may_read);
  return log;
}

Result<LogState> LogFiles::find(const LogName& name, const Status& may_read) {
  auto log = find_log(name.city, may_read);
  if (!log.ok()) return log;
  // What was taken back has other tiles from there on, and a tile never changes.
  const std::uint64_t recoveries = log->keys.recoveries();
  if (name.origin == (recoveries == 0 ? std::string() : std::to_string(recoveries))) return log;
  const std::string place =
      "/log/" + to_text(log->id) + (recoveries == 0 ? "" : "/" + std::to_string(recoveries));
  return fail(Code::kNotFound, "the log has another origin: it is at " + place + "/checkpoint", "origin");
}

// An earlier head that more cities have signed stays where proofs need it: a checkpoint is the newest.
Result<std::string> LogFiles::newest_note(const LogState& log) {
  KOINON_ASSIGN(const auto heads, store_.cosigned(log.id));
  const auto newest = std::find_if(heads.begin(), heads.end(), [&](const CosignedHead& head) {
    return head.recoveries == log.keys.recoveries() && head.head.size == log.whole->size &&
           head.head.root == log.whole->root;
  });
  std::string out = newest == heads.end() ? log.whole->note : cosigned_note(*newest);
  KOINON_ASSIGN(const KeptWitnesses witnessed, read_kept_witnesses(store_, log.id));
  for (const NoteSignature& line : witnessed.lines_for(log.whole->size, log.whole->root)) out += line.line();
  return out;
}

Result<HttpResponse> LogFiles::checkpoint(const LogName& name, const Status& may_read) {
  KOINON_ASSIGN(const LogState log, find(name, may_read));
  if (!log.whole)
    return fail(
        Code::kUnavailable,
        Sentence{"log.being_fetched", "the log is still being fetched up to its head; try again soon"},
        "checkpoint");
  KOINON_ASSIGN(std::string note, newest_note(log));
  return HttpResponse{200, "text/plain; charset=utf-8", std::move(note), {{"Cache-Control", "no-cache"}}};
}

Result<HttpResponse> LogFiles::tile(const LogName& name, const std::string& file, const Status& may_read) {
  KOINON_ASSIGN(const LogState log, find(name, may_read));
  const std::vector<std::string> segments = tile_segments(file);
  KOINON_ASSIGN(const TilePath path, parse_tile_path(segments));
  if (!log.whole || !tile_exists(path, log.whole->size.value))
    return fail(Code::kNotFound, "the log does not reach that far here", "tile");
  return path.entries ? entries(log, path) : hashes(log, path);
}

Result<HttpResponse> LogFiles::keys(const std::string& city, const Status& may_read) {
  KOINON_ASSIGN(const LogState log, find_log(city, may_read));
  return HttpResponse{
      200, "text/plain; charset=utf-8", key_history_text(log.keys), {{"Cache-Control", "no-cache"}}};
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
