#ifndef GCJOBS_TESTS_FAKES_TEMP_DIR_H_
#define GCJOBS_TESTS_FAKES_TEMP_DIR_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"

namespace gcjobs::testing {

// An empty directory of this test's own, removed with all that is in it. Tests
// run side by side, each in a process of its own: a fixed name below
// ::testing::TempDir() would be shared by all of them.
class TempDir {
 public:
  TempDir() {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of a file in it.
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file, byte for byte, and returns its path.
  std::string Write(const std::string& name, absl::string_view text) const {
    std::ofstream(File(name), std::ios::binary) << text;
    return File(name);
  }

 private:
  std::string path_ = ::testing::TempDir() + "/gcjobs-XXXXXX";
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_TEMP_DIR_H_
