// Attachments of the store in memory: the same promises as those of SqliteAttachments.
#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"

namespace koinon {
namespace {

Error not_named() { return fail(Code::kNotFound, "no note that is held here names this file", "attachment"); }

}  // namespace

void MemoryStore::set_file(const AttachmentId& id, std::optional<File> file) {
  const auto it = files_.find(id);
  undo_with([this, id, old = it == files_.end() ? std::nullopt : std::optional(it->second)] {
    if (old) {
      files_.insert_or_assign(id, *old);
    } else {
      files_.erase(id);
    }
  });
  if (file) {
    files_.insert_or_assign(id, std::move(*file));
  } else if (it != files_.end()) {
    files_.erase(it);
  }
}

bool MemoryStore::names(const LogId& log, EntryIndex index, const AttachmentId& id) const {
  const auto it = uses_.find({log, index});
  return it != uses_.end() && std::find(it->second.begin(), it->second.end(), id) != it->second.end();
}

void MemoryStore::add_uses(const LogData& log, const std::vector<AttachmentFact>& facts, bool own) {
  for (const AttachmentFact& fact : facts) {
    const std::pair key{log.state.id, fact.index};
    if (!log.records[fact.index.value].body || names(key.first, key.second, fact.id)) continue;
    uses_[key].push_back(fact.id);
    undo_with([this, key] {
      auto& list = uses_.at(key);
      list.pop_back();
      if (list.empty()) uses_.erase(key);
    });
    const auto file = files_.find(fact.id);
    if (!own || file == files_.end()) continue;
    File kept = file->second;
    kept.own = true;
    set_file(fact.id, std::move(kept));
  }
}

// A body is no longer here: a file goes with the last record that names it.
void MemoryStore::drop_uses(const LogId& log, EntryIndex index) {
  const auto it = uses_.find({log, index});
  if (it == uses_.end()) return;
  const std::vector<AttachmentId> ids = std::move(it->second);
  undo_with([this, key = it->first, ids] { uses_.insert_or_assign(key, ids); });
  uses_.erase(it);
  for (const AttachmentId& id : ids) {
    const bool used = std::any_of(uses_.begin(), uses_.end(), [&](const auto& use) {
      return std::find(use.second.begin(), use.second.end(), id) != use.second.end();
    });
    if (!used && files_.contains(id)) set_file(id, std::nullopt);
  }
}

void MemoryStore::forget_peers_files() {
  std::erase_if(files_, [](const auto& file) {
    return !file.second.own && file.second.wish == AttachmentWish::kForPeer && !file.second.complete;
  });
}

// The rules of SqliteAttachments::make_room.
Status MemoryStore::make_room(std::uint64_t size, AttachmentWish wish, const LogId& log) {
  const auto of_share = [&](const File& file) {
    return file.wish < AttachmentWish::kByHand && file.log == log;
  };
  std::uint64_t used = 0;
  std::uint64_t used_by_log = 0;
  std::vector<std::map<AttachmentId, File>::iterator> giving_way;
  for (auto it = files_.begin(); it != files_.end(); ++it) {
    const File& file = it->second;
    if (file.own) continue;
    used += it->first.size;
    if (of_share(file)) used_by_log += it->first.size;
    const bool settled = file.complete || file.broken;
    if ((file.wish == AttachmentWish::kForPeer && (settled || wish > file.wish)) ||
        (wish == AttachmentWish::kByHand && (settled || file.wish < wish)))
      giving_way.push_back(it);
  }
  std::sort(giving_way.begin(), giving_way.end(), [](const auto& a, const auto& b) {
    return std::pair(a->second.wish, a->second.at) < std::pair(b->second.wish, b->second.at);
  });
  std::set<AttachmentId> victims;
  const auto choose = [&](std::uint64_t wanted, std::uint64_t quota, bool of_log) {
    for (const auto& it : giving_way) {
      if (wanted <= quota) break;
      if ((of_log && !of_share(it->second)) || !victims.insert(it->first).second) continue;
      wanted -= it->first.size;
      used -= it->first.size;
    }
    return wanted <= quota;
  };
  if (wish < AttachmentWish::kByHand &&
      !choose(used_by_log + size, share_of_log(options_.attachment_bytes, limits::kAttachmentBytes), true)) {
    return fail(Code::kTooLarge,
                "one city's part of the room for files is used up; ask for the file by hand, or raise "
                "attachments.max_bytes",
                "attachment");
  }
  if (!choose(used + size, options_.attachment_bytes, false)) {
    return fail(Code::kTooLarge, "the room for files of other cities is used up; raise attachments.max_bytes",
                "attachment");
  }
  for (const AttachmentId& id : victims) set_file(id, std::nullopt);
  return {};
}

std::vector<AttachmentWant> MemoryStore::wants() const {
  std::vector<AttachmentWant> out;
  std::set<AttachmentId> seen;
  for (const auto& [key, ids] : uses_) {
    for (const AttachmentId& id : ids) {
      const auto file = files_.find(id);
      if (file == files_.end() || file->second.own || file->second.complete || file->second.broken ||
          file->second.wish == AttachmentWish::kForPeer || !seen.insert(id).second) {
        continue;
      }
      out.push_back({key.first, key.second, id, file->second.wish,
                     static_cast<std::uint32_t>(file->second.chunks.size())});
    }
  }
  return out;
}

Result<AttachmentState> MemoryStore::attachment(const LogId& log, EntryIndex index, const Hash& sha256) {
  const auto it = uses_.find({log, index});
  if (it == uses_.end()) return not_named();
  for (const AttachmentId& id : it->second) {
    if (id.sha256 != sha256) continue;
    AttachmentState out;
    out.id = id;
    const auto file = files_.find(id);
    if (file == files_.end()) return out;
    out.chunks_held = static_cast<std::uint32_t>(file->second.chunks.size());
    out.complete = file->second.complete;
    out.broken = file->second.broken;
    return out;
  }
  return not_named();
}

Result<AttachmentChunk> MemoryStore::attachment_chunk(const AttachmentId& id, std::uint32_t number) {
  const auto file = files_.find(id);
  if (file == files_.end() || number >= file->second.chunks.size())
    return fail(Code::kNotFound, "this chunk is not held here", "attachment");
  const auto& [bytes, proof] = file->second.chunks[number];
  return AttachmentChunk{number, *bytes, proof};
}

Result<std::optional<AttachmentId>> MemoryStore::attachment_named(const Hash& sha256) {
  for (const auto& [id, file] : files_) {
    if (id.sha256 == sha256 && file.complete) return std::optional<AttachmentId>(id);
  }
  return std::optional<AttachmentId>();
}

Status MemoryStore::put_attachment(const CutAttachment& cut, UnixMillis now) {
  KOINON_TRY(need_space());
  const std::int64_t oldest = now.value - std::chrono::milliseconds(limits::kUploadAge).count();
  std::set<AttachmentId> used;
  for (const auto& [key, ids] : uses_) used.insert(ids.begin(), ids.end());
  std::vector<AttachmentId> old;
  for (const auto& [id, file] : files_) {
    if (file.own && file.at.value < oldest && !used.contains(id)) old.push_back(id);
  }
  for (const AttachmentId& id : old) set_file(id, std::nullopt);
  File file;
  file.own = true;
  file.complete = true;
  file.at = now;
  for (const AttachmentChunk& chunk : cut.chunks)
    file.chunks.emplace_back(options_.pool->intern(chunk.bytes), chunk.proof);
  set_file(cut.id, std::move(file));
  return {};
}

Status MemoryStore::want_attachment(const AttachmentWant& want, UnixMillis now) {
  KOINON_TRY(need_space());
  if (!names(want.log, want.index, want.id)) return not_named();
  const auto it = files_.find(want.id);
  File file;
  if (it == files_.end()) {
    KOINON_TRY(make_room(want.id.size, want.wish, want.log));
    file.log = want.log;
  } else {
    file = it->second;
    if (file.broken) {
      return fail(Code::kRefused,
                  "the file is not the one that its note names; its author has to correct that",
                  "attachment");
    }
  }
  file.wish = std::max(file.wish, want.wish);
  file.at = now;
  set_file(want.id, std::move(file));
  return {};
}

Result<std::uint32_t> MemoryStore::add_chunk(const ChunkCommit& commit) {
  KOINON_TRY(need_space());
  const auto it = files_.find(commit.id);
  if (it == files_.end()) return not_named();
  const auto held = static_cast<std::uint32_t>(it->second.chunks.size());
  if (it->second.complete || it->second.broken || held != commit.chunk.number) return held;
  File file = it->second;
  file.chunks.emplace_back(options_.pool->intern(commit.chunk.bytes), commit.chunk.proof);
  set_file(commit.id, std::move(file));
  return held + 1;
}

Status MemoryStore::finish_attachment(const AttachmentId& id, bool whole) {
  const auto it = files_.find(id);
  if (it == files_.end()) return not_named();
  File file = it->second;
  file.complete = whole;
  file.broken = !whole;
  if (!whole) file.chunks.clear();
  set_file(id, std::move(file));
  return {};
}

Status MemoryStore::drop_attachment(const AttachmentId& id) {
  if (files_.contains(id)) set_file(id, std::nullopt);
  return {};
}

}  // namespace koinon
