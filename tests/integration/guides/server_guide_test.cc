#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/guides/guide_test.h"

namespace gcjobs::testing {
namespace {}  // namespace
}  // namespace gcjobs::testing
