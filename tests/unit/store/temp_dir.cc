#include "tests/unit/store/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace gcjobs::testing {

TempDir::TempDir() : path_(::testing::TempDir() + "/gcjobs-store-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
  path_ = std::filesystem::canonical(path_).string();  // as SQLite names it
}

TempDir::~TempDir() {
  std::error_code ignored;  // what is left is in the temporary directory
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace gcjobs::testing
