// Names of threads, for whoever looks at a process from outside: `top -H`, `ps -L`, a debugger, koinon-bench.
#pragma once

#include <string>

namespace koinon {

// Linux keeps 15 bytes of a thread's name; the rest is cut off.
inline constexpr std::size_t kThreadNameBytes = 15;

// Names the calling thread.
void name_this_thread(const std::string& name);
// Of the calling thread.
std::string thread_name();

}  // namespace koinon
