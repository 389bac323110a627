#ifndef GCJOBS_TESTS_FAKES_FAULTY_VFS_H_
#define GCJOBS_TESTS_FAKES_FAULTY_VFS_H_

#include <string>

namespace gcjobs::testing {

// While it lives, files that SQLite opens go through it, and their syncs and
// writes fail when the test says so. One at a time.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  void FailSyncs(bool fail);
  void FailWrites(bool fail);  // as on a full disk
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAULTY_VFS_H_
