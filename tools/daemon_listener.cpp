#include "tools/daemon_listener.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/no_permission.h"

namespace koinon {
namespace {

Error not_known(std::string_view what, const std::filesystem::path& data) {
  return fail(Code::kIo, std::string(what) + ": " + std::generic_category().message(errno), data.string());
}

}  // namespace

Result<int> trusted_listener(int descriptor, const std::filesystem::path& data) {
  struct stat folder {};
  if (::stat(data.c_str(), &folder) != 0) return not_known("the data folder cannot be looked at", data);
  ::ucred listener{};
  ::socklen_t size = sizeof(listener);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0)
    return not_known("the system does not say who listens on the socket", data);
  if (listener.uid == folder.st_uid || listener.uid == 0 || listener.uid == ::geteuid()) return listener.pid;
  return fail(Code::kRefused,
              "a program of the user " + user_name(listener.uid) +
                  " listens on the socket in this folder, which belongs to the user " +
                  user_name(folder.st_uid) + "; koinon asks it nothing",
              data.string());
}

}  // namespace koinon
