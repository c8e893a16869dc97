#include "node/daemon/folder_owner.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace koinon {
namespace {

constexpr std::size_t kEntryBytes = 16384;  // a line of the list of users, with room to spare

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;  // empty: no list of users has it
};

// The group of somebody whom no list has is that of the folder.
Owner owner_of(const struct stat& folder) {
  Owner out{folder.st_uid, folder.st_gid, {}};
  std::array<char, kEntryBytes> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(folder.st_uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return out;
  out.group = found->pw_gid;
  out.name = found->pw_name;
  return out;
}

// The user comes last: whoever is no longer root cannot change the groups.
bool become(const Owner& owner) {
  const int grouped =
      owner.name.empty() ? ::setgroups(0, nullptr) : ::initgroups(owner.name.c_str(), owner.group);
  return grouped == 0 && ::setresgid(owner.group, owner.group, owner.group) == 0 &&
         ::setresuid(owner.user, owner.user, owner.user) == 0;
}

}  // namespace

Status become_owner_of(const std::filesystem::path& folder) {
  struct stat what {};
  if (::geteuid() != 0) return {};
  if (::stat(folder.c_str(), &what) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return fail(Code::kRefused,
                "the data folder cannot be looked at: " + std::generic_category().message(errno),
                folder.string());
  }
  if (what.st_uid == 0) return {};
  const Owner owner = owner_of(what);
  if (become(owner)) return {};
  const std::string why = std::generic_category().message(errno);
  const std::string who = owner.name.empty() ? "#" + std::to_string(owner.user) : owner.name;
  return fail(Code::kRefused,
              "this folder belongs to the user " + who + ", and root could not become that user (" + why +
                  "); run this as that user: runuser -u " + who + " -- koinon …",
              folder.string());
}

}  // namespace koinon
