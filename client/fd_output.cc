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
  const absl::string_view bytes(text, static_cast<size_t>(size));
  if (bytes.size() >= kFlushAtBytes) {
    // A large piece goes straight out instead of through the buffer.
    if (sync() != 0 || !WriteOut(bytes)) return 0;
    return size;
  }
  buffer_.append(bytes.data(), bytes.size());
  if (buffer_.size() >= kFlushAtBytes && sync() != 0) return 0;
  return size;
}

int FdOutput::sync() {
  const bool done = WriteOut(buffer_);
  buffer_.clear();
  return done ? 0 : -1;
}

bool FdOutput::WriteOut(absl::string_view bytes) {
  while (error_ == 0 && !bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  return error_ == 0;
}

}  // namespace gcjobs
