#include "proto/base/no_permission.h"

#include <array>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace koinon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEntryBytes = 16384;  // a line of the list of users or groups, with room to spare
constexpr unsigned kModes = 07777;

bool may(const fs::path& path, int what) {
  return ::faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0;
}

std::optional<Refuser> look(const fs::path& path) {
  struct stat what {};
  if (::stat(path.c_str(), &what) != 0) return std::nullopt;
  return Refuser{path, what.st_uid, what.st_mode & kModes, !S_ISDIR(what.st_mode) || may(path, X_OK)};
}

fs::path from_root(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

bool is_within(const fs::path& path, const fs::path& folder) {
  const fs::path rest = path.lexically_relative(from_root(folder));
  return !rest.empty() && *rest.begin() != "..";
}

std::string and_let_through(const Refuser& refuser) {
  const std::string path = refuser.path.string();
  return "; let it through (chgrp " + own_group() + " " + path + "; chmod g+x " + path +
         "), or choose another place";
}

}  // namespace

std::string user_name(std::uint32_t uid) {
  std::array<char, kEntryBytes> buffer{};
  ::passwd entry{};
  ::passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::to_string(uid);
  return found->pw_name;
}

std::string own_user() { return user_name(::geteuid()); }

std::string own_group() {
  std::array<char, kEntryBytes> buffer{};
  ::group entry{};
  ::group* found = nullptr;
  const ::gid_t gid = ::getegid();
  if (::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::to_string(gid);
  return found->gr_name;
}

// Of what may not be written it is asked last: where a file may be read and its folder is closed, the folder
// is who refuses to have another put in its place.
std::optional<Refuser> refuser_of(const fs::path& path) {
  const fs::path whole = from_root(path);
  std::optional<Refuser> above;
  fs::path at;
  for (const fs::path& part : whole) {
    at /= part;
    auto here = look(at);
    if (!here) break;
    if (at == whole) {
      const bool is_folder = fs::is_directory(at);
      if (!here->lets_through || !may(at, R_OK) || (is_folder && !may(at, W_OK))) return here;
      if (above && !may(above->path, W_OK)) return above;
      return may(at, W_OK) ? std::nullopt : here;
    }
    if (!here->lets_through) return here;
    above = std::move(here);
  }
  return above && !may(above->path, W_OK) ? above : std::nullopt;
}

std::string facts_of(const Refuser& refuser) {
  std::array<char, 8> mode{};
  (void)std::snprintf(mode.data(), mode.size(), "%04o", refuser.mode);
  return refuser.path.string() + " belongs to the user " + user_name(refuser.owner) + " (mode " +
         mode.data() + "), and this runs as the user " + own_user();
}

std::string why_refused(const fs::path& path) {
  const auto refuser = refuser_of(path);
  return refuser ? facts_of(*refuser)
                 : "this runs as the user " + own_user() + ", and no mode of " + path.string() +
                       " forbids that: AppArmor or a mount may";
}

std::string why_refused_to_node(const fs::path& path, const fs::path& folder) {
  const auto refuser = refuser_of(path);
  if (!refuser) return why_refused(path);
  const std::string facts = facts_of(*refuser);
  if (!is_within(refuser->path, folder)) return facts + and_let_through(*refuser);
  const std::string at_fault = refuser->path.string();
  if (refuser->owner == ::geteuid())
    return facts + "; run: chmod " + (fs::is_directory(refuser->path) ? "700 " : "600 ") + at_fault;
  const std::string owner = user_name(refuser->owner);
  const std::string other = refuser->owner == 0 ? "" : "; run this as the user " + owner + ", or";
  return facts + other + (other.empty() ? ";" : "") + " if it is to be this user's: chown -R " + own_user() +
         ": " + from_root(folder).string();
}

std::string why_refused_to_reader(const fs::path& file) {
  const auto refuser = refuser_of(file);
  if (!refuser) return why_refused(file);
  const std::string facts = facts_of(*refuser);
  if (refuser->path != from_root(file)) return facts + and_let_through(*refuser);
  const std::string path = refuser->path.string();
  if (refuser->owner == ::geteuid()) return facts + "; run: chmod 600 " + path;
  return facts + "; run: chown root:" + own_group() + " " + path + "; chmod 640 " + path;
}

std::string why_no_folder(const fs::path& folder) {
  const auto refuser = refuser_of(folder);
  if (!refuser) return why_refused(folder);
  const std::string facts = facts_of(*refuser);
  const fs::path whole = from_root(folder);
  if (!refuser->lets_through && refuser->path != whole) return facts + and_let_through(*refuser);
  return facts + "; make it as root: install -d -o " + own_user() + " -m 0700 " + whole.string();
}

bool may_not_read(const fs::path& path) {
  if (may(path, R_OK)) return false;
  return is_no_permission(errno);
}

}  // namespace koinon
