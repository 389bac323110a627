#include "tests/simulator/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs::sim {
namespace {

using ::testing::HasSubstr;

TEST(ParseCommandLineTest, DefaultsAreThePlatforms) {
  const CommandLine line = ParseCommandLine({});
  EXPECT_FALSE(line.exit_now);
  EXPECT_EQ(line.http.host, "127.0.0.1");
  EXPECT_EQ(line.http.port, 0);
  EXPECT_EQ(line.simulator.rate_limit, 300);
  EXPECT_EQ(line.simulator.token_lifetime, absl::Hours(24));
  EXPECT_FALSE(line.simulator.oauth.client_id.has_value());
}

TEST(ParseCommandLineTest, ReadsEveryOption) {
  const CommandLine line = ParseCommandLine({"--listen",
                                             "127.0.0.2:8088",
                                             "--threads",
                                             "7",
                                             "--log",
                                             "f",
                                             "--client-id",
                                             "me",
                                             "--client-secret",
                                             "s",
                                             "--token-lifetime",
                                             "10s",
                                             "--seed",
                                             "9",
                                             "--speed",
                                             "2.5",
                                             "--durations",
                                             "constant:1",
                                             "--queued",
                                             "constant:2",
                                             "--action-durations",
                                             "Look Up Customer=constant:3",
                                             "--action-durations",
                                             "a=b=constant:4",
                                             "--rate-limit",
                                             "0",
                                             "--rate-window",
                                             "sliding",
                                             "--execution-id-field",
                                             "location",
                                             "--conflict-style",
                                             "400",
                                             "--result-pages",
                                             "0",
                                             "--items-per-page",
                                             "7",
                                             "--page-bytes",
                                             "1000000"});
  ASSERT_FALSE(line.exit_now) << line.output;
  EXPECT_EQ(line.http.host, "127.0.0.2");
  EXPECT_EQ(line.http.port, 8088);
  EXPECT_EQ(line.http.threads, 7);
  EXPECT_EQ(line.simulator.log_path, "f");
  EXPECT_EQ(line.simulator.oauth.client_id, "me");
  EXPECT_EQ(line.simulator.oauth.client_secret, "s");
  EXPECT_EQ(line.simulator.token_lifetime, absl::Seconds(10));
  EXPECT_EQ(line.simulator.seed, 9u);
  EXPECT_EQ(line.simulator.speed, 2.5);
  EXPECT_EQ(line.simulator.durations.spec(), "constant:1");
  EXPECT_EQ(line.simulator.queued.spec(), "constant:2");
  ASSERT_EQ(line.simulator.action_durations.size(), 2u);
  EXPECT_EQ(line.simulator.action_durations[0].first, "Look Up Customer");
  EXPECT_EQ(line.simulator.action_durations[1].first, "a=b");
  EXPECT_EQ(line.simulator.rate_limit, 0);
  EXPECT_EQ(line.simulator.rate_window, RateWindow::kSliding);
  EXPECT_EQ(line.simulator.execution_id_field, ExecutionIdField::kLocation);
  EXPECT_EQ(line.simulator.conflict_style, ConflictStyle::k400);
  EXPECT_EQ(line.simulator.results.pages, 0);
  EXPECT_EQ(line.simulator.results.items_per_page, 7);
  EXPECT_EQ(line.simulator.results.page_bytes, 1'000'000);
}

TEST(ParseCommandLineTest, TheBuiltInKindsAreAlwaysThere) {
  const CommandLine line = ParseCommandLine({});
  EXPECT_GE(line.simulator.kinds.size(), 35u);
}

TEST(ParseCommandLineTest, KindFilesAddToThem) {
  const testing::TempDir dir;
  const std::string path = dir.Write(
      "kinds.json", R"({"kinds":[{"kind":"own.jobs","description":"Own",)"
                    R"("submit":{"call":"POST /api/v2/own/jobs","id":"id"},)"
                    R"("status":{"call":"GET /api/v2/own/jobs/{upstream_id}","field":"s"},)"
                    R"("states":{"running":["Busy"],"succeeded":["Done"]}}]})");
  const CommandLine line = ParseCommandLine({"--kinds", path});
  ASSERT_FALSE(line.exit_now) << line.output;
  EXPECT_EQ(line.simulator.kinds.back().name, "own.jobs");
}

TEST(ParseCommandLineTest, ABrokenKindFileIsNamedWithItsLine) {
  const testing::TempDir dir;
  const std::string path = dir.Write("broken_kinds.json", "{\n  \"kinds\": 7}");
  const CommandLine line = ParseCommandLine({"--kinds", path});
  EXPECT_EQ(line.exit_code, 2);
  EXPECT_THAT(line.output, HasSubstr("broken_kinds.json:2"));
  EXPECT_EQ(ParseCommandLine({"--kinds", "/nonexistent"}).exit_code, 2);
}

TEST(ParseCommandLineTest, HelpTeachesByExamples) {
  const CommandLine line = ParseCommandLine({"--help"});
  EXPECT_TRUE(line.exit_now);
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_THAT(line.output, HasSubstr("--rate-limit"));
  EXPECT_THAT(line.output, HasSubstr("/__sim/faults"));
}

TEST(ParseCommandLineTest, WrongUsageExitsWithTwo) {
  const std::vector<std::vector<std::string>> wrong = {{"--nothing"},
                                                       {"--listen", "8088"},
                                                       {"--listen", ":1"},
                                                       {"--listen", "h:65536"},
                                                       {"--speed", "0"},
                                                       {"--rate-limit", "-1"},
                                                       {"--durations", "x:1"},
                                                       {"--rate-window", "round"},
                                                       {"--token-lifetime", "soon"},
                                                       {"--token-lifetime", "0s"},
                                                       {"--action-durations", "a"},
                                                       {"--action-durations", "a=b"},
                                                       {"--result-pages", "-1"},
                                                       {"--items-per-page", "0"},
                                                       {"--page-bytes", "x"}};
  for (const std::vector<std::string>& arguments : wrong) {
    const CommandLine line = ParseCommandLine(arguments);
    EXPECT_EQ(line.exit_code, 2) << arguments.back();
    EXPECT_FALSE(line.output.empty()) << arguments.back();
  }
}

}  // namespace
}  // namespace gcjobs::sim
