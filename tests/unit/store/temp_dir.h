#ifndef GCJOBS_TESTS_UNIT_STORE_TEMP_DIR_H_
#define GCJOBS_TESTS_UNIT_STORE_TEMP_DIR_H_

#include <string>

namespace gcjobs::testing {

// An empty directory of this test's own, removed with all that is in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_STORE_TEMP_DIR_H_
