#include "server/genesys/kinds/job_kind.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gcjobs {
namespace {

class NamedKind final : public JobKind {
 public:
  explicit NamedKind(const std::string& name) { description_.set_kind(name); }
  const v1::JobKind& description() const override { return description_; }
  ApiRequest BuildSubmit(const JobRef&, const SubmissionRef&) const override { return {}; }
  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse&) const override {
    return SubmitReceipt();
  }
  ApiRequest BuildPoll(const JobRef&) const override { return {}; }
  absl::StatusOr<PollReport> ParsePoll(const JobRef&, const HttpResponse&) const override {
    return PollReport();
  }
  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }
  ApiRequest BuildResults(const JobRef&, absl::string_view, int) const override { return {}; }
  absl::StatusOr<ResultsView> ParseResults(HttpResponse*) const override { return ResultsView(); }

 private:
  v1::JobKind description_;
};

JobKindRegistry MakeRegistry() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(std::make_unique<NamedKind>("b"));
  kinds.push_back(MakeAsyncActionKind());
  kinds.push_back(std::make_unique<NamedKind>("a"));
  return JobKindRegistry(std::move(kinds));
}

TEST(JobKindRegistryTest, FindsKindsByName) {
  const JobKindRegistry registry = MakeRegistry();
  EXPECT_EQ(registry.Find("b")->name(), "b");
  EXPECT_EQ(registry.Find(kAsyncActionKind)->name(), "action.async");
  EXPECT_EQ(registry.Find("c"), nullptr);
  EXPECT_EQ(registry.Find(""), nullptr);
}

TEST(JobKindRegistryTest, ListsKindsByName) {
  std::vector<std::string> names;
  for (const v1::JobKind& kind : MakeRegistry().List()) names.push_back(kind.kind());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "action.async", "b"}));
}

TEST(PercentEncodeTest, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("custom_-_1a.b~C9"), "custom_-_1a.b~C9");
  EXPECT_EQ(PercentEncode("a/b?c#d e%é"), "a%2Fb%3Fc%23d%20e%25%C3%A9");
  EXPECT_EQ(PercentEncode(""), "");
}

TEST(PercentEncodeTest, ADotSegmentCannotLeaveItsFolder) {
  EXPECT_EQ(PercentEncode(".."), "%2E%2E");
  EXPECT_EQ(PercentEncode("."), "%2E");
  EXPECT_EQ(PercentEncode("..."), "...");
}

}  // namespace
}  // namespace gcjobs
