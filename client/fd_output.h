#ifndef GCJOBS_CLIENT_FD_OUTPUT_H_
#define GCJOBS_CLIENT_FD_OUTPUT_H_

#include <ostream>
#include <streambuf>
#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs {

// An std::ostream onto a file descriptor that remembers why a write failed,
// which the standard's streams do not tell: a closed pipe is no error for a
// command line, a full disk is one. Buffered; for one thread.
class FdOutput : private std::streambuf, public std::ostream {
 public:
  // Does not own `fd`.
  explicit FdOutput(int fd) : std::ostream(static_cast<std::streambuf*>(this)), fd_(fd) {}
  ~FdOutput() override { FdOutput::sync(); }

  // errno of the first failed write, or 0.
  int error() const { return error_; }

 private:
  // Both bases have them, and they are the same.
  using std::streambuf::int_type;
  using std::streambuf::traits_type;

  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  // False after an error, which error() then tells.
  bool WriteOut(absl::string_view bytes);

  const int fd_;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_FD_OUTPUT_H_
