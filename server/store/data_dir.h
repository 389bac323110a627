#ifndef GCJOBS_SERVER_STORE_DATA_DIR_H_
#define GCJOBS_SERVER_STORE_DATA_DIR_H_

#include <memory>
#include <string>

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
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  // The path of the file `name`, which is created empty when it is missing,
  // with access for its owner alone.
  absl::StatusOr<std::string> CreateFile(absl::string_view name);

 private:
  DataDir(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  const std::string path_;
  const int lock_fd_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_DATA_DIR_H_
