#include "server/jobs/admission.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "common/error_info.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

class AdmissionTest : public ::testing::Test {
 protected:
  Metrics metrics_;
  Admission admission_{{/*max_queued_jobs=*/2, /*max_queued_bytes=*/100}, &metrics_};
};

TEST_F(AdmissionTest, RefusesBeyondTheJobsAndSaysWhenToComeBack) {
  auto first = admission_.Admit("acme", 1);
  auto second = admission_.Admit("acme", 1);
  const absl::Status third = admission_.Admit("acme", 1).status();
  EXPECT_THAT(third, StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
  EXPECT_TRUE(GetRetryDelay(third).has_value());
  EXPECT_EQ(metrics_.IntakeRefused().Value(), 1);
}

TEST_F(AdmissionTest, RefusesBeyondTheBytes) {
  auto first = admission_.Admit("acme", 60);
  EXPECT_THAT(admission_.Admit("acme", 41).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
  EXPECT_THAT(admission_.Admit("acme", 40), IsOk());
}

TEST_F(AdmissionTest, ATicketGivenBackMakesRoom) {
  auto first = admission_.Admit("acme", 100);
  { const Admission::Ticket gone = *std::move(first); }
  EXPECT_THAT(admission_.Admit("acme", 100), IsOk());
}

TEST_F(AdmissionTest, OneOrganisationNeverFillsAnothersIntake) {
  auto first = admission_.Admit("acme", 100);
  EXPECT_THAT(admission_.Admit("globex", 100), IsOk());
}

TEST_F(AdmissionTest, WhatIsDurableAlreadyIsReadmittedAndCounts) {
  const Admission::Ticket restored = admission_.Readmit("acme", 500);
  EXPECT_THAT(admission_.Admit("acme", 1).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
}

}  // namespace
}  // namespace gcjobs
