// Which files go with notes, and which of them are pictures.
#include "node/publishing/file_kinds.h"

#include <string>

#include <gtest/gtest.h>

namespace koinon::file_kinds_test {
namespace {

using namespace std::string_literals;

TEST(FileKinds, ANameThatEndsAsAProgramIsRefusedHoweverItIsWritten) {
  for (const char* name :
       {"setup.exe", "SETUP.EXE", "plan.pdf.scr", "setup.exe. .", "photo\u202egpj.exe", "run.sh", ".bat"})
    EXPECT_FALSE(check_no_program_name(name).ok()) << name;
  for (const char* name :
       {"plan.pdf", "exe", "exe.pdf", "data.csv", "서울.hwp", "", ".", "notes about the .com domain.txt"})
    EXPECT_TRUE(check_no_program_name(name).ok()) << name;
}

TEST(FileKinds, WhatBeginsAsAProgramIsOneWhateverItIsCalled) {
  std::string windows(80, '\0');
  windows.replace(0, 2, "MZ");
  windows[60] = 70;
  windows.replace(70, 4, "PE\0\0"s);
  for (const std::string& bytes : {windows,
                                   "\x7f"
                                   "ELF\x02"s,
                                   "#!/bin/sh\n"s, "\xca\xfe\xba\xbe\0"s, "\xcf\xfa\xed\xfe"s, "dex\n035"s})
    EXPECT_FALSE(check_no_program(bytes).ok()) << bytes.substr(0, 4);
  std::string far_away = windows;
  far_away.replace(60, 4, "\xff\xff\xff\xff");
  for (const std::string& bytes :
       {far_away, "MZ is short for mezzanine."s, "%PDF-1.7"s, "PK\x03\x04"s, ""s, "#"s, "# !"s})
    EXPECT_TRUE(check_no_program(bytes).ok()) << bytes.substr(0, 4);
}

TEST(FileKinds, APictureIsWhatItsBytesSay) {
  EXPECT_EQ(picture_type("\x89PNG\r\n\x1a\n\0"s), "image/png");
  EXPECT_EQ(picture_type("\xff\xd8\xff\xe0"s), "image/jpeg");
  EXPECT_EQ(picture_type("GIF89a"s), "image/gif");
  EXPECT_EQ(picture_type("RIFF\0\0\0\0WEBPVP8 "s), "image/webp");
  for (const std::string& bytes :
       {"<svg xmlns='http://www.w3.org/2000/svg'>"s, "<html>"s, "RIFF\0\0\0\0WAVEfmt "s, "GIF"s, ""s})
    EXPECT_EQ(picture_type(bytes), "") << bytes;
  EXPECT_FALSE(is_picture_type("image/svg+xml")) << "it may hold scripts";
}

}  // namespace
}  // namespace koinon::file_kinds_test
