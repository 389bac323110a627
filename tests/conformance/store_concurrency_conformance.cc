// Order of effects, events and answers, with one caller and with several.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

#include "common/thread.h"
#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

constexpr int kThreads = 4;
constexpr int kWritesEach = 50;

TEST_P(StoreConformance, WritesTakeEffectInTheOrderOfTheirCommits) {
  const auto jobs = InsertMany(100);

  std::vector<int64_t> revisions;
  for (const auto& job : jobs) revisions.push_back(job.job().revision());

  EXPECT_EQ(revisions, Range(1, 100));
}

TEST_P(StoreConformance, AnswersComeInOrderAndAfterTheListener) {
  struct Seen {
    std::string answer;
    size_t heard;
  };
  std::vector<Seen> seen;
  for (const std::string id : {"a", "b", "c"}) {
    store().Commit(InsertOf(NewJob(id)), [this, id, &seen](auto) {
      seen.push_back({id, Heard().size()});
    });
  }

  store().Close();  // waits for all

  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].answer + seen[1].answer + seen[2].answer, "abc");
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_GT(seen[i].heard, i);
}

TEST_P(StoreConformance, WhatWasAnsweredIsVisibleToReads) {
  bool visible = false;
  store().Commit(InsertOf(NewJob("a")),
                 [this, &visible](auto) { visible = reader().GetJob("a").ok(); });

  store().Close();

  EXPECT_TRUE(visible);
}

TEST_P(StoreConformance, RevisionsAndSequencesHaveNoGapsUnderConcurrentCommits) {
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(std::make_unique<Thread>("committer", [this, t] {
        for (int i = 0; i < kWritesEach; ++i) {
          store().Commit(InsertOf(NewJob(absl::StrCat(t, "-", i))),
                         [](auto answer) { EXPECT_THAT(answer, IsCommitted()); });
        }
      }));
    }
  }
  store().Close();

  EXPECT_EQ(Revisions(Heard()), Range(1, kThreads * kWritesEach));
  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {1000, 1 << 20})), Range(1, kThreads * kWritesEach));
}

// Several writers of one job: each change is made once, whoever makes it.
TEST_P(StoreConformance, OneOfSeveralConcurrentUpdatesWins) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  Mutex mu;
  int committed = 0;
  int stale = 0;
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(
          std::make_unique<Thread>("committer", [this, &job, &mu, &committed, &stale] {
            store().Commit(TransitionOf(job, v1::JOB_STATE_RUNNING), [&](const auto& answer) {
              MutexLock lock(&mu);
              if (std::holds_alternative<Committed>(*answer)) ++committed;
              if (std::holds_alternative<Stale>(*answer)) ++stale;
            });
          }));
    }
  }
  store().Close();

  EXPECT_EQ(committed, 1);
  EXPECT_EQ(stale, kThreads - 1);
  EXPECT_EQ(reader().GetJob("a")->last_sequence(), 2);
}

TEST_P(StoreConformance, ReadsGoOnWhileOthersCommit) {
  constexpr int kJobs = 200;
  Thread thread("reader", [this] {
    const auto own = *store().OpenReader();
    // A read sees a whole prefix of the commits: as many jobs as events.
    for (int64_t seen = 0; seen < kJobs;) {
      const auto events = own->ReadEvents(seen, {});
      ASSERT_THAT(events, IsOk());
      for (const EventPtr& event : *events) {
        ASSERT_EQ(event->revision(), ++seen);
        ASSERT_THAT(own->GetJob(event->job().id()), IsOk());
      }
    }
  });

  EXPECT_EQ(InsertMany(kJobs).size(), size_t{kJobs});
}

TEST_P(StoreConformance, ASlowReadHoldsUpNeitherCommitsNorOtherReaders) {
  InsertMany(2);
  const auto other = *store().OpenReader();
  int visited = 0;
  const absl::Status read = reader().ForEachLiveJob([&](const store::StoredJob& job) {
    ++visited;
    MustCommit(InsertOf(NewJob(absl::StrCat("new-", visited), -visited)));
    EXPECT_THAT(other->GetJob(absl::StrCat("new-", visited)), IsOk());
    EXPECT_THAT(reader().GetJob(job.job().id()), IsOk()) << "a visit may read";
    return true;
  });

  EXPECT_THAT(read, IsOk());
  EXPECT_EQ(visited, 2);
}

TEST_P(StoreConformance, ReaderOpenedAfterCloseReads) {
  MustCommit(InsertOf(NewJob("a")));
  store().Close();

  EXPECT_THAT((*store().OpenReader())->GetJob("a"), IsOk());
}

}  // namespace
}  // namespace gcjobs::testing
