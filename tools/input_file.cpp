#include "tools/input_file.h"

#include <iostream>

#include "crypto/key_file.h"
#include "proto/base/no_permission.h"

namespace koinon {
namespace {

Result<Bytes> read_pipe(std::size_t limit) {
  Bytes text;
  std::string buffer(65536, '\0');
  while (std::cin.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || std::cin.gcount() > 0) {
    text.append(buffer, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > limit)
      return fail(Code::kTooLarge, "it has more than " + std::to_string(limit) + " bytes", "stdin");
  }
  return text;
}

}  // namespace

Error input_error(Error error, const std::string& file, const std::string& by_pipe) {
  if (!may_not_read(file)) return error;
  const std::string who = own_user();
  const std::string instead =
      by_pipe.empty() ? "give " + who + " a copy, as root: install -o " + who + " -m 0600 " + file + " COPY"
                      : "give it on standard input: " + by_pipe + " < " + file;
  return fail(error.code, "the user " + who + " may not read " + file + "; " + instead);
}

Result<Bytes> read_input(const std::string& file, std::size_t limit, const std::string& by_pipe) {
  if (file == "-" && !by_pipe.empty()) return read_pipe(limit);
  auto bytes = read_file(file, limit);
  if (!bytes.ok()) return input_error(bytes.error(), file, by_pipe);
  return bytes;
}

}  // namespace koinon
