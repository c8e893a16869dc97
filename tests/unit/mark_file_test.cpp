// Where the mark lies, and that no mark of an earlier run is read later.
#include <algorithm>

#include <sys/vfs.h>

#include "crypto/key_file.h"
#include "tests/unit/mark_folder.h"

namespace koinon::test::mark_file_test {
namespace {

TEST_F(MarkFolder, TheMarkIsReadAsItWasWritten) {
  {
    auto file = MarkFile::open(folder.string(), log);
    ASSERT_TRUE(file.ok()) << file.error().text();
    EXPECT_EQ(file->path(), in_folder());
    EXPECT_FALSE(file->read());
    ASSERT_TRUE(file->write(mark(4)).ok());
    ASSERT_TRUE(file->write(mark(5)).ok());
  }
  auto again = MarkFile::open(folder.string(), log);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->read(), mark(5));
  ASSERT_TRUE(again->remove().ok());
  EXPECT_FALSE(again->read());
  EXPECT_TRUE(again->remove().ok()) << "there is none";
}

TEST_F(MarkFolder, OneProcessAtATimeHasIt) {
  const auto first = MarkFile::open(folder.string(), log);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(MarkFile::open(folder.string(), log).error().code, Code::kUnavailable);
}

TEST_F(MarkFolder, ADiskIsNoPlaceForIt) {
  const auto is_disk = [](const std::filesystem::path& path) {
    constexpr long kTmpfs = 0x01021994;
    struct statfs system {};
    return ::statfs(path.c_str(), &system) == 0 && system.f_type != kTmpfs;
  };
  // The usual place for temporary files lies in memory on some machines.
  const std::vector<std::filesystem::path> places = {std::filesystem::temp_directory_path(),
                                                     std::filesystem::current_path(), "/var/tmp"};
  const auto disk = std::find_if(places.begin(), places.end(), is_disk);
  ASSERT_NE(disk, places.end());
  std::string place = *disk / "koinon-test-XXXXXX";
  ASSERT_NE(::mkdtemp(place.data()), nullptr);
  EXPECT_EQ(MarkFile::open(place, log).error().code, Code::kRefused);
  std::filesystem::remove_all(place);
}

TEST_F(MarkFolder, AFolderThatOthersMayLookIntoOrALinkIsNoPlaceForIt) {
  make_private(folder);
  ASSERT_EQ(::chmod(folder.c_str(), 0750), 0);
  EXPECT_EQ(MarkFile::open(folder.string(), log).error().code, Code::kRefused) << "others may look into it";
  std::filesystem::remove(folder);
  std::filesystem::create_directory_symlink(runtime, folder);
  EXPECT_FALSE(MarkFile::open(folder.string(), log).ok()) << "a link may lead anywhere";
}

TEST_F(MarkFolder, WhatWasLeftElsewhereIsNeverReadLater) {
  make_private(elsewhere().parent_path());
  ASSERT_TRUE(write_private_file(elsewhere(), mark_text(mark(4))).ok());
  {
    const auto file = MarkFile::open(folder.string(), log);
    ASSERT_TRUE(file.ok()) << file.error().text();
    EXPECT_FALSE(file->read()) << "a folder is configured, and it has none";
  }
  EXPECT_FALSE(std::filesystem::exists(elsewhere()));
}

TEST_F(MarkFolder, WhatWasLeftElsewhereGoesWhereNoFolderCanBeUsedToo) {
  make_private(elsewhere().parent_path());
  ASSERT_TRUE(write_private_file(elsewhere(), mark_text(mark(4))).ok());
  make_private(folder);
  ASSERT_TRUE(write_private_file(in_folder(), mark_text(mark(4))).ok());
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_EQ(MarkFile::open(folder.string(), log).error().code, Code::kRefused);
  EXPECT_FALSE(std::filesystem::exists(elsewhere()));
  EXPECT_FALSE(std::filesystem::exists(in_folder())) << "this run signs without a mark";
}

TEST_F(MarkFolder, NoMarkIsUsedWhereAnOldOneCannotBeRemoved) {
  block(elsewhere());
  make_private(folder);
  ASSERT_TRUE(write_private_file(in_folder(), mark_text(mark(4))).ok());
  EXPECT_EQ(MarkFile::open(folder.string(), log).error().code, Code::kConflict);
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
}

TEST_F(MarkFolder, WithoutAConfiguredFolderTheOneThatWasLeftIsTakenOver) {
  make_private(elsewhere().parent_path());
  ASSERT_TRUE(write_private_file(elsewhere(), mark_text(mark(4))).ok());
  const auto file = MarkFile::open("", log, {folder, elsewhere().parent_path()});
  ASSERT_TRUE(file.ok()) << file.error().text();
  EXPECT_EQ(file->path(), in_folder());
  EXPECT_EQ(file->read(), mark(4));
  EXPECT_FALSE(std::filesystem::exists(elsewhere()));
}

TEST_F(MarkFolder, OfTwoThatWereLeftNeitherIsTakenOver) {
  const auto third = top / "third";
  for (const auto& left : {elsewhere().parent_path(), third}) {
    make_private(left);
    ASSERT_TRUE(write_private_file(left / to_text(log), mark_text(mark(4))).ok());
  }
  const auto file = MarkFile::open("", log, {folder, elsewhere().parent_path(), third});
  ASSERT_TRUE(file.ok()) << file.error().text();
  EXPECT_EQ(file->path(), in_folder());
  EXPECT_FALSE(file->read());
  EXPECT_FALSE(std::filesystem::exists(elsewhere()));
  EXPECT_FALSE(std::filesystem::exists(third / to_text(log)));
}

TEST_F(MarkFolder, TheFirstUsualFolderThatCanBeUsedIs) {
  make_private(folder);
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  const auto file = MarkFile::open("", log, {folder, elsewhere().parent_path()});
  ASSERT_TRUE(file.ok()) << file.error().text();
  EXPECT_EQ(file->path(), elsewhere());
}

TEST_F(MarkFolder, AnotherProcessInAnotherFolderIsNoticed) {
  make_private(elsewhere().parent_path());
  const auto first = MarkFile::open(elsewhere().parent_path().string(), log);
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(MarkFile::open(folder.string(), log).error().code, Code::kUnavailable);
}

TEST_F(MarkFolder, IsNotWrittenIntoAFolderThatBecameAnother) {
  auto file = MarkFile::open(folder.string(), log);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->write(mark(4)).ok());
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_EQ(file->write(mark(5)).error().code, Code::kRefused);
  EXPECT_TRUE(file->remove().ok());
  std::filesystem::remove_all(folder);
  EXPECT_EQ(file->write(mark(5)).error().code, Code::kIo);
  EXPECT_TRUE(file->remove().ok()) << "it is gone with its folder";
}

TEST_F(MarkFolder, OneThatCannotBeRemovedIsAnError) {
  auto file = MarkFile::open(folder.string(), log);
  ASSERT_TRUE(file.ok());
  block(in_folder());
  EXPECT_FALSE(file->write(mark(4)).ok());
  EXPECT_FALSE(file->remove().ok());
}

}  // namespace
}  // namespace koinon::test::mark_file_test
