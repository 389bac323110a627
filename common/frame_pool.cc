#include "common/frame_pool.h"

#include <array>
#include <new>

namespace gcjobs {
namespace {

#if defined(__SANITIZE_ADDRESS__)
#define GCJOBS_KEEP_FRAMES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GCJOBS_KEEP_FRAMES 0
#endif
#endif
#ifndef GCJOBS_KEEP_FRAMES
#define GCJOBS_KEEP_FRAMES 1
#endif

constexpr size_t kStep = 128;  // bytes; sizes are rounded up to a multiple
constexpr size_t kSizes = 16;  // up to 2 KiB; larger ones are not kept
constexpr size_t kKeptPerSize = 120;

size_t IndexOf(size_t size) { return (size - 1) / kStep; }
bool IsKept(size_t size) { return GCJOBS_KEEP_FRAMES != 0 && IndexOf(size) < kSizes; }

// What a thread keeps: for each size a list that is threaded through the frames.
class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool() {
    for (List& list : lists_) {
      while (list.first != nullptr) ::operator delete(Pop(&list));
    }
  }

  void* New(size_t size) {
    List& list = lists_[IndexOf(size)];
    if (list.first == nullptr) return ::operator new((IndexOf(size) + 1) * kStep);
    return Pop(&list);
  }
  void Delete(void* frame, size_t size) {
    List& list = lists_[IndexOf(size)];
    if (list.count == kKeptPerSize) return ::operator delete(frame);
    list.first = new (frame) Free{list.first};
    ++list.count;
  }

 private:
  struct Free {
    Free* next;
  };
  struct List {
    Free* first = nullptr;
    size_t count = 0;
  };

  static void* Pop(List* list) {
    Free* const frame = list->first;
    list->first = frame->next;
    --list->count;
    return frame;
  }

  std::array<List, kSizes> lists_;
};

FramePool& ThreadPool() {
  thread_local FramePool pool;
  return pool;
}

}  // namespace

void* NewFrame(size_t size) { return IsKept(size) ? ThreadPool().New(size) : ::operator new(size); }

void DeleteFrame(void* frame, size_t size) {
  if (IsKept(size)) return ThreadPool().Delete(frame, size);
  ::operator delete(frame);
}

}  // namespace gcjobs
