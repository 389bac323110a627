#include "common/log_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsSupersetOf;

constexpr absl::Duration kLong = absl::Seconds(30);
constexpr absl::Duration kShort = absl::Milliseconds(10);

// A pipe of one page, which is all that is written before somebody reads.
class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest() {
    EXPECT_EQ(pipe2(fds_, O_CLOEXEC), 0);
    EXPECT_GE(fcntl(fds_[1], F_SETPIPE_SZ, 4096), 4096);
  }
  ~LogWriterTest() override {
    writer_.reset();
    CloseEnd(0);
    CloseEnd(1);
  }

  LogWriter& Start(size_t max_bytes = 1 << 20) {
    LogWriter::Options options;
    options.max_bytes = max_bytes;
    options.describe_gap = [](uint64_t lines) { return absl::StrCat("gap ", lines, "\n"); };
    writer_ = std::make_unique<LogWriter>(fds_[1], std::move(options));
    return *writer_;
  }

  // Lines 0 to n - 1, of 100 bytes each.
  void WriteLines(int n) {
    for (int i = 0; i < n; ++i) writer_->Write(absl::StrFormat("%-99d\n", i));
  }

  // Reads until a line begins with `last`; the first word of each line.
  std::vector<std::string> ReadUntil(const std::string& last) {
    std::vector<std::string> lines;
    std::string text;
    char chunk[4096];
    while (lines.empty() || lines.back() != last) {
      const ssize_t size = read(fds_[0], chunk, sizeof(chunk));
      if (size <= 0) break;
      text.append(chunk, static_cast<size_t>(size));
      for (size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
        const std::string line = text.substr(0, end);
        lines.push_back(absl::StartsWith(line, "gap") ? line : line.substr(0, line.find(' ')));
      }
    }
    return lines;
  }

  void CloseEnd(int end) {
    if (fds_[end] >= 0) close(std::exchange(fds_[end], -1));
  }

  std::unique_ptr<LogWriter> writer_;
  int fds_[2] = {-1, -1};
};

TEST_F(LogWriterTest, WritesLinesInOrder) {
  LogWriter& writer = Start();
  writer.Write("a\n");
  writer.Write("b\n");
  writer.Write("c\n");
  EXPECT_TRUE(writer.Flush(kLong));
  EXPECT_THAT(ReadUntil("c"), ElementsAre("a", "b", "c"));
  EXPECT_EQ(writer.dropped(), 0u);
}

TEST_F(LogWriterTest, AReaderThatStopsHoldsNobodyUp) {
  LogWriter& writer = Start(/*max_bytes=*/50'000);
  WriteLines(10'000);  // would never return if it waited
  EXPECT_FALSE(writer.Flush(kShort));
  EXPECT_THAT(writer.dropped(), Gt(9'000u));
}

TEST_F(LogWriterTest, TheOldestLinesGoAndGapsSayHowMany) {
  LogWriter& writer = Start(/*max_bytes=*/1'000);
  writer.Write("first\n");
  ASSERT_TRUE(writer.Flush(kLong));
  WriteLines(1'000);
  const std::vector<std::string> lines = ReadUntil("999");
  EXPECT_EQ(lines.front(), "first");
  EXPECT_THAT(lines, IsSupersetOf({"990", "991", "992", "993", "994", "995", "996", "997", "998"}));
  uint64_t missing = 0;
  uint64_t there = 0;
  for (const std::string& line : lines) {
    uint64_t gap = 0;
    if (std::sscanf(line.c_str(), "gap %lu", &gap) == 1) {
      missing += gap;
    } else {
      ++there;
    }
  }
  EXPECT_THAT(missing, Gt(0u));
  EXPECT_EQ(missing, writer.dropped());
  EXPECT_EQ(there + missing, 1'001u);
}

TEST_F(LogWriterTest, ALongLineIsWrittenWhole) {
  LogWriter& writer = Start();
  writer.Write(std::string(100'000, 'x') + "\n");
  writer.Write("end\n");
  const std::vector<std::string> lines = ReadUntil("end");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), 100'000u);
}

TEST_F(LogWriterTest, WhatTheDescriptorRefusesIsCounted) {
  signal(SIGPIPE, SIG_IGN);
  LogWriter& writer = Start();
  CloseEnd(0);
  writer.Write("a\n");
  EXPECT_TRUE(writer.Flush(kLong));
  EXPECT_EQ(writer.dropped(), 1u);
}

TEST_F(LogWriterTest, ItsEndDoesNotWaitForTheReader) {
  Start();
  WriteLines(1'000);
  writer_.reset();  // would never return if it waited
}

}  // namespace
}  // namespace gcjobs
