#ifndef GCJOBS_TESTS_UNIT_RPC_STORED_JOBS_H_
#define GCJOBS_TESTS_UNIT_RPC_STORED_JOBS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/synchronization/notification.h"

#include "common/time_conversion.h"
#include "server/store/store.h"

namespace gcjobs::testing {

// A running job of the organisation `main`.
inline v1::Job MakeJob(const std::string& id, absl::Time create_time = absl::UnixEpoch()) {
  v1::Job job;
  job.set_id(id);
  job.set_org("main");
  job.set_kind("action.async");
  job.set_action_id("custom_-_1");
  job.set_state(v1::JOB_STATE_RUNNING);
  *job.mutable_create_time() = ToProto(create_time);
  *job.mutable_update_time() = ToProto(create_time);
  return job;
}

// Commits it; returns it as stored, with its revision.
inline v1::Job InsertJob(Store* store, const v1::Job& job) {
  gcjobs::InsertJob insert;
  *insert.job.mutable_job() = job;
  v1::Job stored;
  absl::Notification done;
  store->Commit(std::move(insert), [&](const absl::StatusOr<CommitOutcome>& result) {
    EXPECT_TRUE(result.ok()) << result.status();
    if (result.ok()) stored = std::get<Committed>(*result).job.job();
    done.Notify();
  });
  done.WaitForNotification();
  return stored;
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_STORED_JOBS_H_
