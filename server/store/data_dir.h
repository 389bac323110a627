#ifndef GCJOBS_SERVER_STORE_DATA_DIR_H_
#define GCJOBS_SERVER_STORE_DATA_DIR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// The directory that holds a store's files, locked against other processes
// (and other stores of this one) for as long as this lives.
class DataDir {
 public:
  // Creates the directory when it is missing, readable by its owner alone.
  //
  // FAILED_PRECONDITION/DATA_DIR_IN_USE (metadata `data_dir`) when another
  // server has it; FAILED_PRECONDITION/DATA_DIR_UNUSABLE when it cannot be
  // created or written.
  static absl::StatusOr<std::unique_ptr<DataDir>> Open(const std::string& path);

  // A new directory that is removed with this: in memory where there is room,
  // else where temporary files are. Removes those of processes that were killed.
  // FAILED_PRECONDITION/DATA_DIR_UNUSABLE when it cannot be made.
  static absl::StatusOr<std::unique_ptr<DataDir>> OpenScratch();

  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::string& path() const { return path_; }

  // The path of the file `name`, which is created empty when it is missing,
  // with access for its owner alone.
  absl::StatusOr<std::string> CreateFile(absl::string_view name);

 private:
  enum class AtEnd { kKeep, kRemove };

  DataDir(std::string path, int lock_fd, AtEnd at_end)
      : path_(std::move(path)), lock_fd_(lock_fd), at_end_(at_end) {}
  static absl::StatusOr<std::unique_ptr<DataDir>> Lock(const std::string& path, AtEnd at_end);

  const std::string path_;
  const int lock_fd_;
  const AtEnd at_end_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_DATA_DIR_H_
