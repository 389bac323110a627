#include "tests/conformance/store_conformance.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"

#include "tests/conformance/store_matchers.h"
#include "tests/fakes/notification.h"

namespace gcjobs::testing {
namespace {

// Collects the answers to a number of writes.
class AnswerBox {
 public:
  explicit AnswerBox(size_t writes) : answers_(writes), missing_(writes) {}

  Store::CommitDone Slot(size_t write) {
    return [this, write](absl::StatusOr<CommitOutcome> answer) {
      MutexLock lock(&mu_);
      EXPECT_FALSE(answers_[write].has_value()) << "answered twice";
      answers_[write] = std::move(answer);
      --missing_;
    };
  }

  std::vector<absl::StatusOr<CommitOutcome>> Wait() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(this, &AnswerBox::AllThereLocked));
    std::vector<absl::StatusOr<CommitOutcome>> answers;
    for (auto& answer : answers_) answers.push_back(*std::move(answer));
    return answers;
  }

 private:
  bool AllThereLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return missing_ == 0; }

  Mutex mu_;
  std::vector<std::optional<absl::StatusOr<CommitOutcome>>> answers_ ABSL_GUARDED_BY(mu_);
  size_t missing_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void PrintTo(const StoreConfig& config, std::ostream* os) { *os << config.name; }

StoreConformance::StoreConformance() : open_(GetParam().make()) { Open(); }

void StoreConformance::Open() {
  under_test_ = open_(Listen());
  reader_ = *store().OpenReader();
}

Store::Listener StoreConformance::Listen() {
  return [this](const std::vector<EventPtr>& events) {
    MutexLock lock(&mu_);
    heard_.insert(heard_.end(), events.begin(), events.end());
  };
}

void StoreConformance::Reopen() {
  reader_.reset();
  under_test_.reset();
  Open();
}

StoreConformance::Answers StoreConformance::CommitAll(std::vector<Write> writes) {
  AnswerBox box(writes.size());
  for (size_t i = 0; i < writes.size(); ++i) store().Commit(std::move(writes[i]), box.Slot(i));
  Turn();
  return box.Wait();
}

absl::StatusOr<CommitOutcome> StoreConformance::Commit(Write write) {
  std::vector<Write> writes;
  writes.push_back(std::move(write));
  return std::move(CommitAll(std::move(writes)).front());
}

store::StoredJob StoreConformance::MustCommit(Write write) {
  const auto outcome = Commit(std::move(write));
  EXPECT_THAT(outcome, IsCommitted());
  return outcome.ok() && std::holds_alternative<Committed>(*outcome)
             ? std::get<Committed>(*outcome).job
             : store::StoredJob();
}

absl::StatusOr<int64_t> StoreConformance::Trim(absl::Time before) {
  absl::StatusOr<int64_t> answer;
  Notification answered;
  store().TrimEvents(before, [&](absl::StatusOr<int64_t> dropped) {
    answer = std::move(dropped);
    answered.Notify();
  });
  Turn();
  answered.WaitForNotification();
  return answer;
}

std::vector<store::StoredJob> StoreConformance::InsertMany(int count) {
  std::vector<Write> writes;
  for (int i = 0; i < count; ++i)
    writes.push_back(InsertOf(NewJob(absl::StrFormat("job-%03d", i), i)));
  std::vector<store::StoredJob> jobs;
  for (auto& answer : CommitAll(std::move(writes))) {
    EXPECT_THAT(answer, IsCommitted());
    jobs.push_back(std::get<Committed>(*answer).job);
  }
  return jobs;
}

std::vector<EventPtr> StoreConformance::Heard() {
  MutexLock lock(&mu_);
  return heard_;
}

std::vector<std::string> Ids(const std::vector<v1::Job>& jobs) {
  std::vector<std::string> ids;
  for (const v1::Job& job : jobs) ids.push_back(job.id());
  return ids;
}

std::vector<int64_t> Revisions(const std::vector<EventPtr>& events) {
  std::vector<int64_t> revisions;
  for (const EventPtr& event : events) revisions.push_back(event->revision());
  return revisions;
}

std::vector<int64_t> Sequences(const std::vector<EventPtr>& events) {
  std::vector<int64_t> sequences;
  for (const EventPtr& event : events) sequences.push_back(event->sequence());
  return sequences;
}

std::vector<int64_t> Range(int64_t first, int64_t last) {
  std::vector<int64_t> range;
  for (int64_t i = first; i <= last; ++i) range.push_back(i);
  return range;
}

}  // namespace gcjobs::testing
