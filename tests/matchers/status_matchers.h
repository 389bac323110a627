#ifndef GCJOBS_TESTS_MATCHERS_STATUS_MATCHERS_H_
#define GCJOBS_TESTS_MATCHERS_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"

// Matchers for absl::Status and absl::StatusOr<T>. Each says on failure which
// status it met, with the ErrorInfo's reason:
//
//   EXPECT_THAT(store.Open(), IsOk());
//   EXPECT_THAT(store.Get(id), IsOkAndHolds(job));
//   EXPECT_THAT(store.Get("?"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));

namespace gcjobs::testing {
namespace internal_status {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }

template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// "whose status is NOT_FOUND: no such job (reason JOB_NOT_FOUND)".
inline void Explain(const absl::Status& status, ::testing::MatchResultListener* listener) {
  const absl::StatusToStringMode without_payloads = absl::StatusToStringMode::kWithNoExtraData;
  *listener << "whose status is " << status.ToString(without_payloads);
  const std::string reason = GetReason(status);
  if (!reason.empty()) *listener << " (reason " << reason << ")";
}

class IsOkMatcher {
 public:
  using is_gtest_matcher = void;

  template <typename StatusLike>
  bool MatchAndExplain(const StatusLike& value, ::testing::MatchResultListener* listener) const {
    const absl::Status& status = GetStatus(value);
    if (!status.ok()) Explain(status, listener);
    return status.ok();
  }
  void DescribeTo(std::ostream* os) const { *os << "is OK"; }
  void DescribeNegationTo(std::ostream* os) const { *os << "is not OK"; }
};

class StatusIsMatcher {
 public:
  using is_gtest_matcher = void;

  StatusIsMatcher(absl::StatusCode code, ::testing::Matcher<const std::string&> reason)
      : code_(code), reason_(std::move(reason)) {}

  template <typename StatusLike>
  bool MatchAndExplain(const StatusLike& value, ::testing::MatchResultListener* listener) const {
    const absl::Status& status = GetStatus(value);
    Explain(status, listener);
    return status.code() == code_ && reason_.Matches(GetReason(status));
  }
  void DescribeTo(std::ostream* os) const {
    *os << "has the code " << absl::StatusCodeToString(code_) << " and a reason that ";
    reason_.DescribeTo(os);
  }
  void DescribeNegationTo(std::ostream* os) const {
    *os << "has not the code " << absl::StatusCodeToString(code_) << ", or a reason that ";
    reason_.DescribeNegationTo(os);
  }

 private:
  absl::StatusCode code_;
  ::testing::Matcher<const std::string&> reason_;
};

template <typename StatusOrRef>
class IsOkAndHoldsImpl final : public ::testing::MatcherInterface<StatusOrRef> {
 public:
  using Value = typename std::decay_t<StatusOrRef>::value_type;

  template <typename ValueMatcher>
  explicit IsOkAndHoldsImpl(const ValueMatcher& matcher)
      : value_matcher_(::testing::SafeMatcherCast<const Value&>(matcher)) {}

  bool MatchAndExplain(StatusOrRef status_or,
                       ::testing::MatchResultListener* listener) const override {
    if (!status_or.ok()) {
      Explain(status_or.status(), listener);
      return false;
    }
    ::testing::StringMatchResultListener why;
    const bool matches = value_matcher_.MatchAndExplain(*status_or, &why);
    *listener << "which holds " << ::testing::PrintToString(*status_or);
    if (!why.str().empty()) *listener << ", " << why.str();
    return matches;
  }
  void DescribeTo(std::ostream* os) const override {
    *os << "is OK and holds a value that ";
    value_matcher_.DescribeTo(os);
  }
  void DescribeNegationTo(std::ostream* os) const override {
    *os << "is not OK, or holds a value that ";
    value_matcher_.DescribeNegationTo(os);
  }

 private:
  const ::testing::Matcher<const Value&> value_matcher_;
};

template <typename ValueMatcher>
class IsOkAndHoldsMatcher {
 public:
  explicit IsOkAndHoldsMatcher(ValueMatcher matcher) : matcher_(std::move(matcher)) {}

  // gmock asks for the matcher of the type at hand by conversion.
  template <typename StatusOr>
  operator ::testing::Matcher<StatusOr>() const {  // NOLINT(google-explicit-constructor)
    return ::testing::Matcher<StatusOr>(new IsOkAndHoldsImpl<const StatusOr&>(matcher_));
  }

 private:
  const ValueMatcher matcher_;
};

}  // namespace internal_status

// A Status or StatusOr that is OK.
inline internal_status::IsOkMatcher IsOk() { return {}; }

// A StatusOr that is OK and whose value matches; `matcher` may be a value.
template <typename ValueMatcher>
internal_status::IsOkAndHoldsMatcher<std::decay_t<ValueMatcher>> IsOkAndHolds(
    ValueMatcher&& matcher) {
  return internal_status::IsOkAndHoldsMatcher<std::decay_t<ValueMatcher>>(
      std::forward<ValueMatcher>(matcher));
}

// A Status or StatusOr with this code, whatever its reason.
inline internal_status::StatusIsMatcher StatusIs(absl::StatusCode code) {
  return {code, ::testing::_};
}

// A Status or StatusOr with this code and an ErrorInfo whose reason matches;
// without ErrorInfo the reason is "".
inline internal_status::StatusIsMatcher StatusIs(absl::StatusCode code,
                                                 ::testing::Matcher<const std::string&> reason) {
  return {code, std::move(reason)};
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_MATCHERS_STATUS_MATCHERS_H_
