#include "node/daemon/idle_memory.h"

#include <cstdint>
#include <ctime>
#include <string_view>

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace koinon {
namespace {

// By all threads of this process. POSIX says what a tick is.
std::chrono::nanoseconds worked() {
  static_assert(CLOCKS_PER_SEC == 1'000'000);
  return std::chrono::microseconds(std::clock());
}

// A segment without PF_W was never written, so its pages are those of the file. What the loader has written
// and then made read-only (RELRO) lies in segments with PF_W, and is left alone. So is the kernel's vdso,
// which is no file.
int unmap_code(dl_phdr_info* object, std::size_t, void*) {
  const std::string_view name = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  if (!name.empty() && name.find('/') == std::string_view::npos) return 0;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t from = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t begin = (from + page - 1) / page * page;
    const std::uintptr_t end = (from + segment.p_memsz) / page * page;
    // It fails where the pages are locked in memory: then somebody wants them there.
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers.
    if (begin < end) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

bool IdleRule::is_time(std::chrono::nanoseconds worked) {
  const bool idle = worked - looked_ <= kIdle;
  looked_ = worked;
  if (!idle || (gave_ && worked - *gave_ < kWorth)) return false;
  gave_ = worked;
  return true;
}

void give_memory_back() {
#ifdef __GLIBC__
  (void)::malloc_trim(0);
#endif
  (void)::dl_iterate_phdr(unmap_code, nullptr);
}

IdleMemory::IdleMemory(boost::asio::io_context& io) : timer_(io), rule_(worked()) { wait(); }

void IdleMemory::wait() {
  timer_.expires_after(IdleRule::kLook);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (rule_.is_time(worked())) give_memory_back();
    wait();
  });
}

}  // namespace koinon
