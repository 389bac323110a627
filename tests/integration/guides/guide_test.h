#ifndef GCJOBS_TESTS_INTEGRATION_GUIDES_GUIDE_TEST_H_
#define GCJOBS_TESTS_INTEGRATION_GUIDES_GUIDE_TEST_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/support/cli.h"
#include "tests/integration/support/system.h"

namespace gcjobs::testing {

// The rows of docs/guides.md: each has one test here whose name begins with its
// number, and `./dev docs` writes that name into the row. Whatever they need to
// see, they see through the running programs.
class GuideTest : public ::testing::Test {
 protected:
  // The CLI against a system's server.
  static Ended Run(const System& system, const std::vector<std::string>& arguments,
                   const std::string& input = "") {
    return RunCli({system.address(), arguments, input, {}});
  }
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_GUIDES_GUIDE_TEST_H_
