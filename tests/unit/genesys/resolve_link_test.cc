#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "common/error_info.h"
#include "server/genesys/rest_genesys_client.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/genesys/upstream_fixture.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using testing::IsOk;
using testing::StatusIs;

struct LinkCase {
  const char* api_url;
  const char* link;
  const char* target;  // null = it must not be followed
};

void PrintTo(const LinkCase& c, std::ostream* os) { *os << c.api_url << " " << c.link; }

class ResolveLinkTest : public testing::UpstreamFixture,
                        public ::testing::WithParamInterface<LinkCase> {
 protected:
  absl::StatusOr<std::string> Resolve(const char* api_url, absl::string_view link) {
    RestGenesysClient::Options options;
    options.api_url = api_url;
    options.login_url = "https://login.example.com";
    RestGenesysClient client(options, {&transport_, &budget_, &families_, &loop_, &metrics_});
    return client.ResolveLink("/api/v2/q/1?page=1", link);
  }
};

TEST_P(ResolveLinkTest, GivesATargetOrRefuses) {
  const auto target = Resolve(GetParam().api_url, GetParam().link);
  if (GetParam().target == nullptr) {
    EXPECT_THAT(target, StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")));
    EXPECT_EQ(GetErrorInfo(target.status())->metadata().at("problem"), "foreign_link");
  } else {
    ASSERT_THAT(target, IsOk());
    EXPECT_EQ(*target, GetParam().target);
  }
}

constexpr char kApi[] = "https://api.example.com";

INSTANTIATE_TEST_SUITE_P(
    Relative, ResolveLinkTest,
    ::testing::Values(LinkCase{kApi, "/api/v2/q/1?page=2", "/api/v2/q/1?page=2"},
                      LinkCase{kApi, "?page=2", "/api/v2/q/1?page=2"},
                      LinkCase{kApi, "1?page=2", "/api/v2/q/1?page=2"},
                      LinkCase{kApi, "../q/1?page=2#top", "/api/v2/q/1?page=2"},
                      LinkCase{kApi, "/other/v2/q", nullptr}, LinkCase{kApi, "/", nullptr},
                      LinkCase{kApi, "../../../oauth/token", nullptr},
                      LinkCase{kApi, "/api/v2/../../x", nullptr}));

INSTANTIATE_TEST_SUITE_P(
    Absolute, ResolveLinkTest,
    ::testing::Values(
        LinkCase{kApi, "https://api.example.com/api/v2/q?x=%2F", "/api/v2/q?x=%2F"},
        LinkCase{kApi, "https://API.example.com:443/api/v2/q", "/api/v2/q"},
        LinkCase{"https://api.example.com/", "https://api.example.com/api/v2/q", "/api/v2/q"},
        LinkCase{"http://localhost:8080", "http://localhost:8080/api/v2/q", "/api/v2/q"},
        LinkCase{kApi, "//api.example.com/api/v2/q", "/api/v2/q"},
        LinkCase{kApi, "http://api.example.com/api/v2/q", nullptr},
        LinkCase{kApi, "https://api.example.com:8443/api/v2/q", nullptr},
        LinkCase{kApi, "https://evil.example/api/v2/q", nullptr},
        LinkCase{kApi, "//evil.example/api/v2/q", nullptr},
        LinkCase{kApi, "https://api.example.com.evil.example/api/v2/q", nullptr},
        LinkCase{kApi, "https://api.example.com@evil.example/api/v2/q", nullptr},
        LinkCase{kApi, "https://evil.example#@api.example.com/api/v2/q", nullptr},
        LinkCase{kApi, "https://me@api.example.com/api/v2/q", nullptr},
        LinkCase{kApi, "https://evil.example\\@api.example.com/api/v2/q", nullptr},
        LinkCase{kApi, "file:///etc/passwd", nullptr}, LinkCase{kApi, "javascript:1", nullptr},
        LinkCase{kApi, "https://", nullptr}));

constexpr char kGateway[] = "https://proxy.example/genesys/";

INSTANTIATE_TEST_SUITE_P(
    BehindAGateway, ResolveLinkTest,
    ::testing::Values(LinkCase{kGateway, "?page=2", "/api/v2/q/1?page=2"},
                      LinkCase{kGateway, "/genesys/api/v2/q", "/api/v2/q"},
                      LinkCase{kGateway, "/api/v2/q", "/api/v2/q"},
                      LinkCase{kGateway, "https://proxy.example/genesys/api/v2/q", "/api/v2/q"},
                      LinkCase{kGateway, "https://proxy.example/api/v2/q", "/api/v2/q"},
                      LinkCase{kGateway, "/genesysapi/v2/q", nullptr},
                      LinkCase{kGateway, "/genesys/other", nullptr},
                      LinkCase{kGateway, "https://api.mypurecloud.com/api/v2/q", nullptr}));

TEST_F(ResolveLinkTest, TheErrorNamesTheHostAndNothingMore) {
  const auto target = Resolve(kApi, "https://evil.example/api/v2/q?token=hunter2");
  EXPECT_EQ(target.status().message(),
            "a link in the answer to /api/v2/q/1 leads to another origin: evil.example");
  const auto info = GetErrorInfo(target.status());
  EXPECT_EQ(info->domain(), "genesys.cloud");
  EXPECT_EQ(info->metadata().at("host"), "evil.example");
  EXPECT_EQ(info->metadata().at("request"), "/api/v2/q/1");
}

}  // namespace
}  // namespace gcjobs
