#include "storage/memory/memory_files.h"

#include <algorithm>

#include "storage/store/file_rules.h"

namespace koinon {

void MemoryFiles::set(const AttachmentId& id, std::optional<File> file) {
  const auto it = files_.find(id);
  undo_.remember([this, id, old = it == files_.end() ? std::nullopt : std::optional(it->second)] {
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

bool MemoryFiles::names(const LogId& log, EntryIndex index, const AttachmentId& id) const {
  const auto it = uses_.find({log, index});
  return it != uses_.end() && std::find(it->second.begin(), it->second.end(), id) != it->second.end();
}

void MemoryFiles::add_uses(const MemoryLog& log, const std::vector<AttachmentFact>& facts, bool own) {
  for (const AttachmentFact& fact : facts) {
    const std::pair key{log.state.id, fact.index};
    if (!log.records[fact.index.value].body || names(key.first, key.second, fact.id)) continue;
    uses_[key].push_back(fact.id);
    undo_.remember([this, key] {
      auto& list = uses_.at(key);
      list.pop_back();
      if (list.empty()) uses_.erase(key);
    });
    const bool in_sight = std::any_of(hidden_uses_.begin(), hidden_uses_.end(), [&](const auto& use) {
      return comes_into_sight(log.state.id, use.first.first) &&
             std::find(use.second.begin(), use.second.end(), fact.id) != use.second.end();
    });
    if (in_sight) set_hidden(fact.id, false);
    const auto file = files_.find(fact.id);
    if (!own || file == files_.end()) continue;
    File kept = file->second;
    kept.own = true;
    kept.wish = AttachmentWish::kOwn;
    set(fact.id, std::move(kept));
  }
}

bool MemoryFiles::is_used(const Uses& uses, const AttachmentId& id) {
  return std::any_of(uses.begin(), uses.end(), [&](const auto& use) {
    return std::find(use.second.begin(), use.second.end(), id) != use.second.end();
  });
}

std::vector<AttachmentId> MemoryFiles::take_uses(Uses& from, const LogId& log, EntryIndex index) {
  const auto it = from.find({log, index});
  if (it == from.end()) return {};
  std::vector<AttachmentId> ids = std::move(it->second);
  undo_.remember([&from, key = it->first, ids] { from.insert_or_assign(key, ids); });
  from.erase(it);
  return ids;
}

void MemoryFiles::put_uses(Uses& to, const LogId& log, EntryIndex index, std::vector<AttachmentId> ids) {
  if (ids.empty()) return;
  (void)take_uses(to, log, index);
  undo_.remember([&to, log, index] { to.erase({log, index}); });
  to.insert_or_assign({log, index}, std::move(ids));
}

void MemoryFiles::set_hidden(const AttachmentId& id, bool hidden) {
  const auto it = files_.find(id);
  if (it == files_.end() || it->second.hidden == hidden) return;
  File file = it->second;
  file.hidden = hidden;
  set(id, std::move(file));
}

void MemoryFiles::drop_uses(const LogId& log, EntryIndex index) {
  for (const AttachmentId& id : take_uses(uses_, log, index)) settle_unused(id);
}

void MemoryFiles::settle_unused(const AttachmentId& id) {
  const auto it = files_.find(id);
  if (it == files_.end()) return;
  switch (fate_of(is_used(uses_, id), it->second.complete, is_used(hidden_uses_, id))) {
    case FileFate::kStays:
      break;
    case FileFate::kHidden:
      set_hidden(id, true);
      break;
    case FileFate::kGone:
      set(id, std::nullopt);
      break;
  }
}

void MemoryFiles::hide_uses(const LogId& log, EntryIndex index) {
  const std::vector<AttachmentId> ids = take_uses(uses_, log, index);
  put_uses(hidden_uses_, log, index, ids);
  for (const AttachmentId& id : ids) settle_unused(id);
}

void MemoryFiles::show_uses(const LogId& log, EntryIndex index) {
  std::vector<AttachmentId> ids = take_uses(hidden_uses_, log, index);
  for (const AttachmentId& id : ids) set_hidden(id, false);
  put_uses(uses_, log, index, std::move(ids));
}

void MemoryFiles::end_hidden(const LogId& log, EntryIndex index) {
  for (const AttachmentId& id : take_uses(hidden_uses_, log, index)) {
    const auto it = files_.find(id);
    if (it == files_.end() || !it->second.hidden) continue;
    if (fate_of(false, true, is_used(hidden_uses_, id)) == FileFate::kGone) set(id, std::nullopt);
  }
}

void MemoryFiles::start() {
  std::erase_if(files_, [](const auto& file) {
    return !file.second.own && !outlives_start(file.second.wish) && !file.second.complete;
  });
}

Status MemoryFiles::make_room(std::uint64_t size, AttachmentWish wish, const LogId& log) {
  const GivesWay gives_way = gives_way_to(wish);
  const auto of_share = [&](const File& file) {
    return file.wish < AttachmentWish::kByHand && file.log == log;
  };
  FileRoom room;
  room.quota = quota_;
  std::vector<std::map<AttachmentId, File>::iterator> may_go;
  for (auto it = files_.begin(); it != files_.end(); ++it) {
    const File& file = it->second;
    if (file.own) continue;
    room.used += it->first.size;
    if (of_share(file)) room.used_of_log += it->first.size;
    if (gives_way.includes(file.wish, file.settled())) may_go.push_back(it);
  }
  std::sort(may_go.begin(), may_go.end(), [](const auto& a, const auto& b) {
    return std::pair(a->second.wish, a->second.at) < std::pair(b->second.wish, b->second.at);
  });
  const auto next_of = [&](bool of_log) {
    return [&, of_log, next = std::size_t{0}]() mutable -> Result<std::optional<FileThatMayGo>> {
      while (next < may_go.size()) {
        const std::size_t key = next++;
        if (of_log && !of_share(may_go[key]->second)) continue;
        return std::optional(FileThatMayGo{static_cast<std::int64_t>(key), may_go[key]->first.size});
      }
      return std::optional<FileThatMayGo>();
    };
  };
  KOINON_ASSIGN(const auto victims, files_that_go(size, wish, room, next_of(true), next_of(false)));
  std::vector<AttachmentId> ids;
  for (const std::int64_t victim : victims) ids.push_back(may_go[static_cast<std::size_t>(victim)]->first);
  for (const AttachmentId& id : ids) set(id, std::nullopt);
  return {};
}

std::vector<AttachmentWant> MemoryFiles::wants() const {
  std::vector<AttachmentWant> out;
  std::set<AttachmentId> seen;
  for (const auto& [key, ids] : uses_) {
    for (const AttachmentId& id : ids) {
      const auto file = files_.find(id);
      if (file == files_.end() || file->second.settled() || !outlives_start(file->second.wish) ||
          !seen.insert(id).second) {
        continue;
      }
      out.push_back({key.first, key.second, id, file->second.wish,
                     static_cast<std::uint32_t>(file->second.chunks.size())});
    }
  }
  return out;
}

Result<AttachmentState> MemoryFiles::state(const LogId& log, EntryIndex index, const Hash& sha256) const {
  const auto it = uses_.find({log, index});
  if (it == uses_.end()) return no_note_names_file();
  for (const AttachmentId& id : it->second) {
    if (id.sha256 != sha256) continue;
    AttachmentState out;
    out.id = id;
    const auto file = files_.find(id);
    if (file == files_.end()) return out;
    if (file->second.hidden) return out;
    out.chunks_held = static_cast<std::uint32_t>(file->second.chunks.size());
    out.complete = file->second.complete;
    out.broken = file->second.broken;
    return out;
  }
  return no_note_names_file();
}

Result<AttachmentChunk> MemoryFiles::chunk(const AttachmentId& id, std::uint32_t number) const {
  const auto file = files_.find(id);
  if (file == files_.end() || file->second.hidden || number >= file->second.chunks.size())
    return no_such_chunk();
  const auto& [bytes, proof] = file->second.chunks[number];
  return AttachmentChunk{number, *bytes, proof};
}

std::optional<AttachmentId> MemoryFiles::named(const Hash& sha256) const {
  for (const auto& [id, file] : files_) {
    if (id.sha256 == sha256 && file.complete && !file.hidden) return id;
  }
  return std::nullopt;
}

void MemoryFiles::put(const CutAttachment& cut, UnixMillis now) {
  std::set<AttachmentId> used;
  for (const auto& [key, ids] : uses_) used.insert(ids.begin(), ids.end());
  std::vector<AttachmentId> old;
  for (const auto& [id, file] : files_) {
    if (file.own && !file.hidden && file.at < unnamed_kept_since(now) && !used.contains(id))
      old.push_back(id);
  }
  for (const AttachmentId& id : old) set(id, std::nullopt);
  File file;
  file.own = true;
  file.complete = true;
  file.at = now;
  for (const AttachmentChunk& chunk : cut.chunks)
    file.chunks.emplace_back(pool_.intern(chunk.bytes), chunk.proof);
  set(cut.id, std::move(file));
}

bool MemoryFiles::has_old_uploads(UnixMillis now) const {
  return std::any_of(files_.begin(), files_.end(), [&](const auto& one) {
    return one.second.own && one.second.at < unnamed_kept_since(now);
  });
}

void MemoryFiles::keep(const std::vector<Hash>& named, UnixMillis now) {
  std::vector<std::pair<AttachmentId, File>> kept;
  for (const auto& [id, file] : files_) {
    const bool older = file.own && file.at < now;
    if (older && std::find(named.begin(), named.end(), id.sha256) != named.end()) kept.emplace_back(id, file);
  }
  for (auto& [id, file] : kept) {
    file.at = now;
    set(id, std::move(file));
  }
}

Status MemoryFiles::want(const AttachmentWant& want, UnixMillis now) {
  if (!names(want.log, want.index, want.id)) return no_note_names_file();
  const auto it = files_.find(want.id);
  File file;
  if (it == files_.end()) {
    if (want.wish < AttachmentWish::kOwn) KOINON_TRY(make_room(want.id.size, want.wish, want.log));
    file.log = want.log;
  } else {
    file = it->second;
    if (file.broken) return broken_file();
    if (file.hidden) return erased_file();
  }
  file.wish = std::max(file.wish, want.wish);
  file.own = file.own || want.wish == AttachmentWish::kOwn;
  file.at = now;
  set(want.id, std::move(file));
  return {};
}

Result<std::uint32_t> MemoryFiles::add_chunk(const ChunkCommit& commit) {
  const auto it = files_.find(commit.id);
  if (it == files_.end()) return no_note_names_file();
  const auto held = static_cast<std::uint32_t>(it->second.chunks.size());
  if (!is_next_chunk(it->second.settled(), held, commit.chunk.number)) return held;
  File file = it->second;
  file.chunks.emplace_back(pool_.intern(commit.chunk.bytes), commit.chunk.proof);
  set(commit.id, std::move(file));
  return held + 1;
}

Status MemoryFiles::finish(const AttachmentId& id, bool whole) {
  const auto it = files_.find(id);
  if (it == files_.end()) return no_note_names_file();
  File file = it->second;
  file.complete = whole;
  file.broken = !whole;
  if (!whole) file.chunks.clear();
  set(id, std::move(file));
  return {};
}

void MemoryFiles::drop(const AttachmentId& id) {
  if (files_.contains(id)) set(id, std::nullopt);
}

}  // namespace koinon
