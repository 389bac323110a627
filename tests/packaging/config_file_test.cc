#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "server/config.h"
#include "tests/fakes/temp_dir.h"

// The configuration file that the server's package installs.
namespace gcjobs {
namespace {

std::string InstalledFile() {
  std::ifstream file(GCJOBS_CONFIG_FILE);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The settings that it shows, `key = value`, without those in sections.
std::vector<std::string> ShownSettings() {
  std::vector<std::string> settings;
  for (absl::string_view line : absl::StrSplit(InstalledFile(), '\n')) {
    if (!absl::ConsumePrefix(&line, "#") || line.empty()) continue;
    if (line[0] == '[') break;
    if (std::islower(line[0]) != 0) settings.emplace_back(line);
  }
  return settings;
}

std::optional<std::string> NoEnvironment(const std::string& name) {
  if (name == "STATE_DIRECTORY") return "/var/lib/gcjobs";
  return std::nullopt;
}

// Reads a configuration file with this text.
absl::StatusOr<CommandLine> Read(const std::string& text) {
  const testing::TempDir dir;
  return ReadConfig({"--config", dir.Write("gcjobsd.conf", text)}, NoEnvironment);
}

std::string MissingCredentials() {
  return std::string(ReadConfig({}, NoEnvironment).status().message());
}

TEST(ConfigFileTest, AsInstalledOnlyCredentialsAreMissing) {
  const auto line = Read(InstalledFile());

  ASSERT_FALSE(line.ok());
  EXPECT_EQ(line.status().message(), MissingCredentials());
}

TEST(ConfigFileTest, EverySettingThatItShowsExists) {
  ASSERT_GT(ShownSettings().size(), 20u);
  for (const std::string& setting : ShownSettings()) {
    const auto line = Read(setting + "\n");

    EXPECT_FALSE(absl::StrContains(line.status().message(), "unknown setting")) << setting;
  }
}

TEST(ConfigFileTest, EverySettingThatExistsIsShown) {
  const auto help = ReadConfig({"--help"}, NoEnvironment);
  ASSERT_TRUE(help.ok());
  std::string shown;
  for (const std::string& setting : ShownSettings()) absl::StrAppend(&shown, "\n", setting);

  for (absl::string_view line : absl::StrSplit(*help->print, '\n')) {
    if (!absl::ConsumePrefix(&line, "  --")) continue;
    const std::string name(line.substr(0, line.find(' ')));
    if (name == "config" || name == "env-file" || name == "version") continue;
    if (name == "restored") continue;  // for one start
    EXPECT_TRUE(absl::StrContains(shown, absl::StrCat("\n", name, " = "))) << name;
  }
}

}  // namespace
}  // namespace gcjobs
