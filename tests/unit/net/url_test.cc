#include "server/net/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::IsOk;
using testing::StatusIs;

std::string Text(const Url& url) {
  return absl::StrCat(url.scheme, "://", url.host, ":", url.port, url.target);
}

struct ReferenceCase {
  const char* reference;
  const char* target;
};

void PrintTo(const ReferenceCase& c, std::ostream* os) { *os << '"' << c.reference << '"'; }

class Rfc3986Test : public ::testing::TestWithParam<ReferenceCase> {};

TEST_P(Rfc3986Test, ResolvesAsItsExamplesDo) {
  const auto url = ResolveUrl("http://a/b/c/d;p?q", GetParam().reference);
  ASSERT_THAT(url, IsOk());
  EXPECT_EQ(Text(*url), absl::StrCat("http://a:80", GetParam().target));
}

// RFC 3986, sections 5.4.1 and 5.4.2; without the fragments.
INSTANTIATE_TEST_SUITE_P(
    Examples, Rfc3986Test,
    ::testing::Values(ReferenceCase{"g", "/b/c/g"}, ReferenceCase{"./g", "/b/c/g"},
                      ReferenceCase{"g/", "/b/c/g/"}, ReferenceCase{"/g", "/g"},
                      ReferenceCase{"?y", "/b/c/d;p?y"}, ReferenceCase{"g?y", "/b/c/g?y"},
                      ReferenceCase{"#s", "/b/c/d;p?q"}, ReferenceCase{"g#s", "/b/c/g"},
                      ReferenceCase{"g?y#s", "/b/c/g?y"}, ReferenceCase{";x", "/b/c/;x"},
                      ReferenceCase{"g;x", "/b/c/g;x"}, ReferenceCase{"g;x?y#s", "/b/c/g;x?y"},
                      ReferenceCase{"", "/b/c/d;p?q"}, ReferenceCase{".", "/b/c/"},
                      ReferenceCase{"./", "/b/c/"}, ReferenceCase{"..", "/b/"},
                      ReferenceCase{"../", "/b/"}, ReferenceCase{"../g", "/b/g"},
                      ReferenceCase{"../..", "/"}, ReferenceCase{"../../", "/"},
                      ReferenceCase{"../../g", "/g"}, ReferenceCase{"../../../g", "/g"},
                      ReferenceCase{"/./g", "/g"}, ReferenceCase{"/../g", "/g"},
                      ReferenceCase{"g.", "/b/c/g."}, ReferenceCase{"..g", "/b/c/..g"},
                      ReferenceCase{"./../g", "/b/g"}, ReferenceCase{"./g/.", "/b/c/g/"},
                      ReferenceCase{"g/./h", "/b/c/g/h"}, ReferenceCase{"g/../h", "/b/c/h"},
                      ReferenceCase{"g?y/../x", "/b/c/g?y/../x"},
                      ReferenceCase{"g#s/../x", "/b/c/g"}));

TEST(UrlTest, AnAbsoluteReferenceReplacesTheBase) {
  EXPECT_EQ(Text(*ResolveUrl("http://a/b", "HTTPS://API.Example.com/x%2Fy?q=%41#f")),
            "https://api.example.com:443/x%2Fy?q=%41");
  EXPECT_EQ(Text(*ResolveUrl("http://a/b", "//h:8080/x")), "http://h:8080/x");
  EXPECT_EQ(Text(*ResolveUrl("http://a/b", "http://[::1]:80")), "http://[::1]:80/");
}

TEST(UrlTest, WhatCannotStandInARequestIsEscaped) {
  EXPECT_EQ(ResolveUrl("http://a/b", "/x y?q=z w")->target.find(' '), std::string::npos);
  EXPECT_EQ(ResolveUrl("http://a/b", "/\xC3\xA9")->target, "/%c3%a9");
}

TEST(UrlTest, WhatIsNoUrlIsRefused) {
  for (const absl::string_view reference :
       {absl::string_view("ftp://a/b"), absl::string_view("g:h"),
        absl::string_view("javascript:alert(1)"), absl::string_view("http://a:99999/"),
        absl::string_view("http://u@a/"), absl::string_view("http://u:p@a/"),
        absl::string_view("//u@a/"), absl::string_view("x\ny"), absl::string_view("http://a\\@b/"),
        absl::string_view("x\0y", 3), absl::string_view("http://")}) {
    EXPECT_THAT(ResolveUrl("http://a/b", reference), StatusIs(absl::StatusCode::kInvalidArgument))
        << reference;
  }
  EXPECT_THAT(ResolveUrl("/b", "x"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ResolveUrl("", ""), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(UrlTest, ErrorsQuoteNothing) {
  const auto url = ResolveUrl("http://a/b", "http://me:hunter2@a/");
  EXPECT_EQ(url.status().message().find("hunter2"), absl::string_view::npos) << url.status();
}

struct OriginCase {
  const char* a;
  const char* b;
  bool same;
};

void PrintTo(const OriginCase& c, std::ostream* os) { *os << c.a << " " << c.b; }

class OriginTest : public ::testing::TestWithParam<OriginCase> {};

TEST_P(OriginTest, IsSchemeHostAndPort) {
  EXPECT_EQ(HaveSameOrigin(*ResolveUrl(GetParam().a, ""), *ResolveUrl(GetParam().b, "")),
            GetParam().same);
}

INSTANTIATE_TEST_SUITE_P(Pairs, OriginTest,
                         ::testing::Values(OriginCase{"https://h/a", "https://h/b?c", true},
                                           OriginCase{"https://h", "https://H:443", true},
                                           OriginCase{"http://h:80", "HTTP://h", true},
                                           OriginCase{"https://h", "http://h", false},
                                           OriginCase{"https://h", "http://h:443", false},
                                           OriginCase{"https://h", "https://h:8443", false},
                                           OriginCase{"https://h", "https://h.evil", false},
                                           OriginCase{"https://api.h", "https://apixh", false}));

}  // namespace
}  // namespace gcjobs
