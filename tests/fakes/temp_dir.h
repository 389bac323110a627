#ifndef GCJOBS_TESTS_FAKES_TEMP_DIR_H_
#define GCJOBS_TESTS_FAKES_TEMP_DIR_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
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
    path_ = std::filesystem::canonical(path_).string();  // as SQLite's errors name it
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

  // A file's content, or "(none)".
  std::string Read(const std::string& name) const {
    std::ifstream file(File(name), std::ios::binary);
    if (!file) return "(none)";
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool Exists(const std::string& name) const { return std::filesystem::exists(File(name)); }
  void Remove(const std::string& name) const { std::filesystem::remove(File(name)); }

  // What is in it, hidden files included.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

 private:
  std::string path_ = ::testing::TempDir() + "/gcjobs-XXXXXX";
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_TEMP_DIR_H_
