#include "client/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace gcjobs {
namespace {

TEST(FdOutputTest, WritesWhenFlushed) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  FdOutput output(pipe_ends[1]);
  output << "line " << 1 << "\n" << std::flush;
  char text[16] = {};
  EXPECT_EQ(read(pipe_ends[0], text, sizeof text), 7);
  EXPECT_STREQ(text, "line 1\n");
  EXPECT_EQ(output.error(), 0);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(FdOutputTest, ALargePieceComesBehindWhatWasBuffered) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  const std::string large(1 << 20, 'x');
  {
    FdOutput output(fileno(file));
    output << "before\n" << large << "after\n";
  }
  std::rewind(file);
  std::string text(large.size() + 100, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  EXPECT_TRUE(text == "before\n" + large + "after\n");
  std::fclose(file);
}

TEST(FdOutputTest, AClosedPipeIsRemembered) {
  signal(SIGPIPE, SIG_IGN);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  close(pipe_ends[0]);
  FdOutput output(pipe_ends[1]);
  output << "line\n" << std::flush;
  EXPECT_FALSE(output.good());
  EXPECT_EQ(output.error(), EPIPE);
  close(pipe_ends[1]);
}

TEST(FdOutputTest, AFullDiskIsRemembered) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  FdOutput output(full);
  output << std::string(1 << 20, 'x');
  EXPECT_FALSE(output.good());
  EXPECT_EQ(output.error(), ENOSPC);
  close(full);
}

}  // namespace
}  // namespace gcjobs
