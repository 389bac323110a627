#ifndef GCJOBS_COMMON_ALLOCATOR_H_
#define GCJOBS_COMMON_ALLOCATOR_H_

#include <malloc.h>

namespace gcjobs {

// Tells glibc's allocator to keep what a program that passes result pages on
// frees and soon needs again: by default it hands blocks of a page's size back
// to the kernel each time, and the kernel zeroes them anew, which was a third
// of the CLI's work in the kernel. Up to kKeptBytes stay with the process.
// Call it once, before the first thread.
inline void KeepFreedMemory() {
  constexpr int kKeptBytes = 16 << 20;
  mallopt(M_MMAP_THRESHOLD, kKeptBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_ALLOCATOR_H_
