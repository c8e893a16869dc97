#include "node/publishing/file_kinds.h"

#include <algorithm>
#include <string>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

using namespace std::string_view_literals;

// How programs begin: ELF, Mach-O in both orders and for several processors (as classes of Java do), Dalvik,
// scripts.
constexpr std::array kProgramBeginnings = {
    "\x7f"
    "ELF"sv,
    "\xfe\xed\xfa\xce"sv,
    "\xfe\xed\xfa\xcf"sv,
    "\xce\xfa\xed\xfe"sv,
    "\xcf\xfa\xed\xfe"sv,
    "\xca\xfe\xba\xbe"sv,
    "dex\n"sv,
    "#!"sv};

constexpr std::size_t kDosHeaderBytes = 64;  // with the place of the header of Windows at its end
constexpr std::size_t kPlaceOfHeader = 60;

Error program() {
  return fail(Code::kRefused, Sentence{"file.program", "programs do not go with notes"}, "attachments");
}

// A text may begin with MZ; a program of Windows also says where its second header is, and has it there.
bool is_windows_program(std::string_view bytes) {
  if (!bytes.starts_with("MZ") || bytes.size() < kDosHeaderBytes) return false;
  std::size_t place = 0;
  for (std::size_t i = 4; i-- > 0;)
    place = place << 8 | static_cast<unsigned char>(bytes[kPlaceOfHeader + i]);
  return place < bytes.size() && bytes.substr(place).starts_with("PE\0\0"sv);
}

}  // namespace

Status check_no_program_name(std::string_view name) {
  name = name.substr(0, name.find_last_not_of(". ") + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string ending = ascii_lower(name.substr(dot + 1));
  const bool runs =
      std::find(kProgramEndings.begin(), kProgramEndings.end(), ending) != kProgramEndings.end();
  return runs ? Status(program()) : Status();
}

Status check_no_program(std::string_view bytes) {
  const bool begins_so =
      std::any_of(kProgramBeginnings.begin(), kProgramBeginnings.end(),
                  [&](std::string_view beginning) { return bytes.starts_with(beginning); });
  return begins_so || is_windows_program(bytes) ? Status(program()) : Status();
}

std::string_view picture_type(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
  if (bytes.starts_with("RIFF"sv) && bytes.size() > 12 && bytes.substr(8).starts_with("WEBP"sv))
    return "image/webp";
  return {};
}

bool is_picture_type(std::string_view media_type) {
  return media_type == "image/png" || media_type == "image/jpeg" || media_type == "image/gif" ||
         media_type == "image/webp";
}

}  // namespace koinon
