// What people type into a search, and the text that is searched.
#include <cstddef>
#include <cstdint>

#include "storage/search_index.h"
#include "storage/tokenizer.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  (void)match_expression(input);
  (void)tokenize(input, false, [&](const Token& token) {
    if (token.begin < 0 || token.end < token.begin || static_cast<std::size_t>(token.end) > input.size())
      __builtin_trap();
    return 0;
  });
  return 0;
}
