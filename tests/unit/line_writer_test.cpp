// Lines are written, and nobody waits for who reads them.
#include "node/daemon/line_writer.h"

#include <array>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace koinon::test::line_writer_test {
namespace {

class LineWriters : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(::pipe(ends.data()), 0);
  }
  void TearDown() override {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  void close(std::size_t end) { ::close(std::exchange(ends[end], -1)); }
  std::unique_ptr<LineWriter> writer(std::size_t most_bytes) {
    return std::make_unique<LineWriter>(
        ends[1], most_bytes, [this](std::uint64_t lines) { lost += lines; }, "lines");
  }
  // What was written, once the writer has ended.
  std::string read_all() {
    close(1);
    return read_to_end();
  }
  std::string read_to_end() const {
    std::string out;
    std::array<char, 4096> buffer{};
    while (true) {
      const auto size = ::read(ends[0], buffer.data(), buffer.size());
      if (size <= 0) return out;
      out.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  std::array<int, 2> ends{-1, -1};
  std::uint64_t lost = 0;  // the writer's thread, until it has ended
};

TEST_F(LineWriters, WritesLinesInTheirOrder) {
  auto lines = writer(1000);
  lines->write("one");
  lines->write("");
  lines->write("three");
  lines.reset();
  EXPECT_EQ(read_all(), "one\n\nthree\n");
  EXPECT_EQ(lost, 0U);
}

TEST_F(LineWriters, WhatIsTooMuchIsDroppedAndCountedAndNobodyWaitsForTheReader) {
  constexpr std::uint64_t kLines = 5000;
  const std::string line(99, 'x');
  auto lines = writer(10'000);
  for (std::uint64_t i = 0; i < kLines; ++i) lines->write(line);
  lines.reset();
  const std::string written = read_all();
  EXPECT_GT(lost, 0U) << "a pipe and the queue hold less";
  EXPECT_EQ(written.size(), (kLines - lost) * (line.size() + 1));
  for (std::size_t at = 0; at < written.size(); at += line.size() + 1)
    ASSERT_EQ(written.substr(at, line.size() + 1), line + "\n") << "whole lines";
}

TEST_F(LineWriters, WhatWaitsForASlowReaderIsBounded) {
  constexpr std::size_t kLines = 5000;
  constexpr std::size_t kMost = 10'000;
  const std::string line(99, 'x');
  auto lines = writer(kMost);
  for (std::size_t i = 0; i < kLines; ++i) lines->write(line);
  const auto pipe_bytes = ::fcntl(ends[0], F_GETPIPE_SZ);
  ASSERT_GT(pipe_bytes, 0);
  // Now all that was kept can go.
  auto reader = std::async(std::launch::async, [this] { return read_to_end(); });
  lines.reset();
  close(1);
  const std::size_t written = reader.get().size();
  EXPECT_LE(written, static_cast<std::size_t>(pipe_bytes) + 2 * kMost) << "what waits, and what is under way";
  EXPECT_EQ(written / (line.size() + 1) + lost, kLines);
}

TEST_F(LineWriters, ALineThatIsLongerThanAPieceIsWhole) {
  const std::string line(20'000, 'x');
  auto lines = writer(100'000);
  lines->write(line);
  lines->write("next");
  lines.reset();
  EXPECT_EQ(read_all(), line + "\nnext\n");
}

TEST_F(LineWriters, AReaderThatIsGoneCostsTheLinesAlone) {
  close(0);
  auto lines = writer(1000);
  lines->write("one");
  lines.reset();
  EXPECT_EQ(lost, 1U);
}

}  // namespace
}  // namespace koinon::test::line_writer_test
