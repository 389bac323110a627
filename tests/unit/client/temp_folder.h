#ifndef GCJOBS_TESTS_UNIT_CLIENT_TEMP_FOLDER_H_
#define GCJOBS_TESTS_UNIT_CLIENT_TEMP_FOLDER_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "common/file.h"

namespace gcjobs::testing {

// A folder that goes with the test, and its files.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = ::testing::TempDir() + "/gcjobs_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  // The file's content, or "(none)".
  std::string Read(const std::string& name) const {
    return Exists(name) ? ReadFile(Path(name)).value_or("(unreadable)") : "(none)";
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }
  bool Exists(const std::string& name) const { return std::filesystem::exists(Path(name)); }
  void Remove(const std::string& name) const { std::filesystem::remove(Path(name)); }

  // What is there, hidden files included.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

 private:
  std::string folder_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_CLIENT_TEMP_FOLDER_H_
