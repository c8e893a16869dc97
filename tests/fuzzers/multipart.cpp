// Forms with files, as browsers send them.
#include "node/http/multipart.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "proto/base/encoding.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');
  const bool own = line != std::string_view::npos;
  const std::string type(own ? input.substr(0, line) : "multipart/form-data; boundary=x");
  const auto parts = read_multipart(own ? input.substr(line + 1) : input, type);
  if (!parts.ok()) return 0;
  for (const FormPart& part : *parts) {
    if (!is_utf8(part.name) || !is_utf8(part.file_name)) std::abort();
    if (part.file_name.find('/') != std::string::npos || part.content.size() > size) std::abort();
  }
  return 0;
}
