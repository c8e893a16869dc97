#include "tools/output_file.h"

#include <fstream>

namespace koinon {

Status write_output(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return fail(Code::kIo, "the file could not be written", path);
  return {};
}

}  // namespace koinon
