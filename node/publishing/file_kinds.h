// What kinds of files there are among those that go with notes: programs, which this office does not send,
// and pictures, which pages show. Pure functions, for any thread.
#pragma once

#include <array>
#include <string_view>

#include "proto/base/result.h"

namespace koinon {

// The endings of names by which computers know what they may run.
inline constexpr std::array<std::string_view, 47> kProgramEndings = {
    "apk", "app",    "appimage", "bash", "bat", "chm", "cmd", "com", "cpl", "deb", "dll", "dmg",
    "exe", "gadget", "hta",      "jar",  "js",  "jse", "lnk", "mjs", "msi", "msp", "mst", "pif",
    "pkg", "pl",     "ps1",      "psm1", "py",  "rb",  "reg", "rpm", "run", "scf", "scr", "sh",
    "sys", "url",    "vb",       "vbe",  "vbs", "vhd", "wsc", "wsf", "wsh", "xll", "zsh"};

// kRefused: the name ends as that of a program. Dots and spaces at its end do not count, nor do capitals.
Status check_no_program_name(std::string_view name);
// kRefused: it begins as a program does (of Windows, Linux, macOS or Android, or a script with #!).
Status check_no_program(std::string_view bytes);

// "image/png", "image/jpeg", "image/gif" or "image/webp", by how the file begins; empty: it is no picture
// that browsers show without running anything in it.
std::string_view picture_type(std::string_view bytes);
// Whether a note calls it such a picture.
bool is_picture_type(std::string_view media_type);

}  // namespace koinon
