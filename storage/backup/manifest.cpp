#include "storage/backup/manifest.h"

#include <algorithm>
#include <set>

#include "crypto/backup_box.h"
#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::backup {
namespace {

constexpr std::string_view kFirstLine = "koinon-backup-manifest/v1";
constexpr std::string_view kEnd = "end";

Error malformed(std::string_view what) {
  return fail(Code::kMalformed, "the backup's manifest is damaged: " + std::string(what), "manifest");
}

bool is_plain(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), fits);
}

// A file of the data folder, or of one folder in it.
bool is_inside(std::string_view path) {
  if (path.size() > limits::kBackupPathBytes) return false;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return is_plain(path);
  return is_plain(path.substr(0, slash)) && is_plain(path.substr(slash + 1));
}

// The next word of a line.
std::string_view word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto out = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return out;
}

Result<BackupFile> read_file_line(std::string_view line) {
  KOINON_ASSIGN(const std::uint64_t mode, parse_decimal(word(line)));
  KOINON_ASSIGN(const std::uint64_t size, parse_decimal(word(line)));
  if (mode > 0777 || size > std::uint64_t{1} << 48) return malformed("a number is out of range");
  if (!is_inside(line)) return malformed("a path leads elsewhere");
  return BackupFile{std::string(line), static_cast<unsigned>(mode), size, {}};
}

Result<Hash> read_name(std::string_view hex) {
  KOINON_ASSIGN(const Bytes bytes, from_hex(hex));
  if (bytes.size() != Hash::kSize) return malformed("a name is none");
  return Hash::from(bytes);
}

Status check(const Manifest& manifest) {
  std::set<std::string> paths;
  for (const BackupFile& file : manifest.files) {
    const std::uint64_t chunks = chunks_of(file.size);
    const std::uint64_t lists = (chunks + limits::kBackupListNames - 1) / limits::kBackupListNames;
    if (file.lists.size() != lists) return malformed(file.path + " has another size than its chunks");
    if (!paths.insert(file.path).second) return malformed(file.path + " is there twice");
  }
  return {};
}

}  // namespace

std::uint64_t Manifest::bytes() const {
  std::uint64_t out = 0;
  for (const BackupFile& file : files) out += file.size;
  return out;
}

std::uint64_t chunks_of(std::uint64_t file_bytes) {
  return (file_bytes + limits::kBackupChunkBytes - 1) / limits::kBackupChunkBytes;
}

Bytes write_manifest(const Manifest& manifest) {
  Bytes out = std::string(kFirstLine) + "\nmade " + std::to_string(manifest.made.value) + "\n";
  for (const BackupFile& file : manifest.files) {
    out += "file " + std::to_string(file.mode) + " " + std::to_string(file.size) + " " + file.path + "\n";
    for (const Hash& list : file.lists) out += "list " + to_hex(list.view()) + "\n";
  }
  if (!manifest.maker.empty()) out += "maker " + to_hex(manifest.maker) + "\n";
  return out + std::string(kEnd) + "\n";
}

Bytes maker_of(const Manifest& manifest, std::uint64_t number, BytesView naming) {
  Manifest unsaid = manifest;
  unsaid.maker.clear();
  const Bytes secret = secret_of("maker", naming, std::to_string(number));
  return Bytes(content_name(write_manifest(unsaid), secret).view());
}

Result<Manifest> read_manifest(BytesView text) {
  Manifest out;
  bool begun = false;
  bool ended = false;
  while (!text.empty() && !ended) {
    const auto newline = text.find('\n');
    if (newline == BytesView::npos) return malformed("it is cut off");
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    if (!begun) {
      if (line != kFirstLine) return malformed("a newer version wrote it, or it is none");
      begun = true;
      continue;
    }
    const auto what = word(line);
    if (what == "made") {
      KOINON_ASSIGN(const std::uint64_t made, parse_decimal(line));
      out.made.value = static_cast<std::int64_t>(made);
    } else if (what == "file") {
      if (out.files.size() == limits::kBackupFiles) return malformed("it has too many files");
      KOINON_ASSIGN(BackupFile file, read_file_line(line));
      out.files.push_back(std::move(file));
    } else if (what == "list" && !out.files.empty()) {
      KOINON_ASSIGN(const Hash name, read_name(line));
      out.files.back().lists.push_back(name);
    } else if (what == "maker") {
      KOINON_ASSIGN(const Hash maker, read_name(line));
      out.maker = maker.view();
    } else if (what == kEnd) {
      ended = true;
    } else {
      return malformed("a line is none");
    }
  }
  if (!ended || !text.empty()) return malformed("it is cut off");
  KOINON_TRY(check(out));
  return out;
}

Hash manifest_name(std::uint64_t number) {
  return sha256("koinon/v1 backup manifest " + std::to_string(number));
}

Hash names_name(std::uint64_t number) { return sha256("koinon/v1 backup names " + std::to_string(number)); }

}  // namespace koinon::backup
