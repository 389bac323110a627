#ifndef GCJOBS_COMMON_FRAME_POOL_H_
#define GCJOBS_COMMON_FRAME_POOL_H_

#include <cstddef>

namespace gcjobs {

// Memory for the frames of stories (common/task.h). They have few sizes, most of
// 1 to 2 KiB, and come and go with every call: at that size glibc's malloc puts
// its free lists in order each time, which cost a submission a tenth of its CPU.
// Each thread keeps some of the frames that have ended for the next of their
// size, at most 2 MiB in all; a frame may end on another thread than its own.
// Under AddressSanitizer nothing is kept, so that a use after the end is seen.
void* NewFrame(size_t size);
void DeleteFrame(void* frame, size_t size);  // `size` as it was asked for

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_FRAME_POOL_H_
