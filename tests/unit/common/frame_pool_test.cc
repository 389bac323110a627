#include "common/frame_pool.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gcjobs {
namespace {

// More than is kept, of sizes at and around the steps and beyond the largest:
// all are whole and apart while they are held, twice over, the second time from
// what was given back on this thread and on another.
TEST(FramePoolTest, FramesAreWholeAndApartHoweverTheyComeAndGo) {
  for (int round = 0; round < 2; ++round) {
    std::vector<std::pair<void*, size_t>> held;
    for (const size_t size : {1u, 24u, 127u, 128u, 129u, 1568u, 2048u, 2049u, 5000u}) {
      for (int i = 0; i < 300; ++i) {
        void* const frame = NewFrame(size);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(frame) % alignof(std::max_align_t), 0u);
        std::memset(frame, static_cast<int>(held.size() % 251), size);
        held.emplace_back(frame, size);
      }
    }
    for (size_t i = 0; i < held.size(); ++i) {
      const auto [frame, size] = held[i];
      const std::vector<char> expected(size, static_cast<char>(i % 251));
      EXPECT_EQ(std::memcmp(frame, expected.data(), size), 0) << "frame " << i;
    }
    const auto give_back = [&held](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) DeleteFrame(held[i].first, held[i].second);
    };
    std::thread(give_back, 0, held.size() / 2).join();
    give_back(held.size() / 2, held.size());
  }
}

}  // namespace
}  // namespace gcjobs
