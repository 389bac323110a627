#include "client/fd_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace gcjobs {
namespace {

constexpr size_t kFlushAtBytes = 64 << 10;

}  // namespace

FdOutput::int_type FdOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof()))
    return traits_type::not_eof(character);
  const char c = traits_type::to_char_type(character);
  return xsputn(&c, 1) == 1 ? character : traits_type::eof();
}

std::streamsize FdOutput::xsputn(const char* text, std::streamsize size) {
  if (error_ != 0) return 0;
  buffer_.append(text, static_cast<size_t>(size));
  if (buffer_.size() >= kFlushAtBytes && sync() != 0) return 0;
  return size;
}

int FdOutput::sync() {
  size_t written = 0;
  while (error_ == 0 && written < buffer_.size()) {
    const ssize_t count = ::write(fd_, buffer_.data() + written, buffer_.size() - written);
    if (count >= 0) {
      written += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
  return error_ == 0 ? 0 : -1;
}

}  // namespace gcjobs
