// What the system refuses this process for want of permission, told by facts: whose the file is, its mode, as
// whom this runs, and what mends that.
//
// Nothing here changes or opens anything. Names of users may be asked of a directory in the network, so a
// server's thread must not call what gives one. Any thread.
#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace koinon {

// `number` is one of errno.
constexpr bool is_no_permission(int number) { return number == EACCES || number == EPERM; }

// The name of a user, or its number where it has none.
std::string user_name(std::uint32_t uid);
// As whom this runs: its effective user and group.
std::string own_user();
std::string own_group();

// Whose modes refuse.
struct Refuser {
  std::filesystem::path path;
  std::uint32_t owner = 0;   // a user's number
  unsigned mode = 0;         // as chmod takes it
  bool lets_through = true;  // else it is a folder through which this process reaches nothing
};
// Who refuses to have this path read, written or made: itself, or a folder above it. Nothing: no mode refuses
// that, but perhaps AppArmor or a mount; or that folder stands behind a link.
std::optional<Refuser> refuser_of(const std::filesystem::path& path);

// "/srv/koinon belongs to the user root (mode 0700), and this runs as the user koinon".
std::string facts_of(const Refuser& refuser);
// The same of who refuses this path.
std::string why_refused(const std::filesystem::path& path);

// With what to do: of a path in a node's folder, which is to be this user's own;
std::string why_refused_to_node(const std::filesystem::path& path, const std::filesystem::path& folder);
// of a file that root keeps, and this user is to read;
std::string why_refused_to_reader(const std::filesystem::path& file);
// of a folder that this user is to have.
std::string why_no_folder(const std::filesystem::path& folder);

// Whether this user may not read it, for want of permission.
bool may_not_read(const std::filesystem::path& path);

}  // namespace koinon
