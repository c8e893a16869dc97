#include "proto/base/thread_name.h"

#include <array>

#include <pthread.h>

namespace koinon {

void name_this_thread(const std::string& name) {
  // A name is for people alone: a thread without one works as well.
  (void)::pthread_setname_np(::pthread_self(), name.substr(0, kThreadNameBytes).c_str());
}

std::string thread_name() {
  std::array<char, kThreadNameBytes + 1> name{};
  return ::pthread_getname_np(::pthread_self(), name.data(), name.size()) == 0 ? name.data() : "";
}

}  // namespace koinon
