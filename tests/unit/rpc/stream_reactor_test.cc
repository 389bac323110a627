#include "server/rpc/stream_reactor.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/grpc_status.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "tests/fakes/await_true.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/keep_grpc.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs::testing {
namespace {

// What happened to a stream; outlives it.
struct Record {
  std::atomic<int> written{0};  // writes that gRPC took
  std::atomic<int> over{0};
  std::atomic<bool> is_destroyed{false};
};

// A stream that does what the test says, when it says so.
class PuppetStream final : public StreamReactor {
 public:
  PuppetStream(grpc::CallbackServerContext* context, const Clock* clock, Record* record)
      : StreamReactor(context, clock), record_(*record) {}
  ~PuppetStream() override { record_.is_destroyed = true; }

  void Start() { LiveUntilDone(); }

  // A ResultPage of so many bytes; false when a write is in flight, or after
  // the end.
  bool TryWrite(size_t bytes) {
    v1::ResultPage page;
    page.set_items_json(std::string(bytes, 'x'));
    const grpc::Slice slice(page.SerializeAsString());
    MutexLock lock(&mu_);
    if (!IsIdleLocked()) return false;
    WriteLocked(grpc::ByteBuffer(&slice, 1));
    return true;
  }
  void Greet() {
    MutexLock lock(&mu_);
    GreetLocked();
  }
  void End(const absl::Status& status) {
    MutexLock lock(&mu_);
    FinishLocked(status);
  }
  void CancelIfStalled(absl::Duration limit) {
    MutexLock lock(&mu_);
    CancelIfStalledLocked(limit);
  }

 private:
  void OnWrittenLocked() override { ++record_.written; }
  void OnOver() override { ++record_.over; }

  Record& record_;
};

// A server whose ReadResults gives out puppets.
class StreamReactorTest : public ::testing::Test {
 protected:
  StreamReactorTest() : service_(this) {
    KeepGrpc();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    // Takes 64 KiB before they are read, and no more.
    grpc::ChannelArguments narrow;
    narrow.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    narrow.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    narrow.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
    stub_ = v1::JobService::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), narrow));
  }
  ~StreamReactorTest() override { server_->Shutdown(); }

  // The two ends of one stream. At the end of the test it is over, once, and
  // its reactor gone.
  class Call {
   public:
    explicit Call(StreamReactorTest* test) {
      test->record_ = &record_;
      reader_ = test->stub_->ReadResults(&context_, v1::ReadResultsRequest());
      AwaitTrue([test] {
        MutexLock lock(&test->mu_);
        return test->stream_ != nullptr;
      });
      MutexLock lock(&test->mu_);
      stream_ = std::move(test->stream_);
    }
    ~Call() {
      stream_.reset();
      context_.TryCancel();
      if (!is_finished_) Finish().IgnoreError();
      AwaitTrue([this] { return record_.is_destroyed.load(); });
      EXPECT_EQ(record_.over, 1);
    }

    PuppetStream& stream() { return *stream_; }
    const Record& record() const { return record_; }
    void AwaitWritten(int writes) {
      AwaitTrue([this, writes] { return record_.written == writes; });
    }
    void AwaitOver() {
      AwaitTrue([this] { return record_.over > 0; });
    }
    // Leaves a write in flight, which ends when the client reads.
    void Stall() { ASSERT_TRUE(stream().TryWrite(1 << 20)); }

    void AwaitGreeting() { reader_->WaitForInitialMetadata(); }
    bool Read() {
      v1::ResultPage page;
      return reader_->Read(&page);
    }
    void Cancel() { context_.TryCancel(); }
    absl::Status Finish() {
      while (Read()) {
      }
      is_finished_ = true;
      return FromGrpc(reader_->Finish());
    }

   private:
    Record record_;
    std::shared_ptr<PuppetStream> stream_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<v1::ResultPage>> reader_;
    bool is_finished_ = false;
  };

  FakeClock clock_;

 private:
  class Service final
      : public v1::JobService::WithRawCallbackMethod_ReadResults<v1::JobService::CallbackService> {
   public:
    explicit Service(StreamReactorTest* test) : test_(*test) {}
    grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadResults(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer*) override {
      const auto stream =
          std::make_shared<PuppetStream>(context, &test_.clock_, test_.record_.load());
      stream->Start();
      MutexLock lock(&test_.mu_);
      test_.stream_ = stream;
      return stream.get();
    }

   private:
    StreamReactorTest& test_;
  };

  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::JobService::Stub> stub_;
  std::atomic<Record*> record_{nullptr};  // of the next call
  Mutex mu_;
  std::shared_ptr<PuppetStream> stream_ ABSL_GUARDED_BY(mu_);
};

TEST_F(StreamReactorTest, WritesArriveThenTheEnd) {
  Call call(this);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(call.stream().TryWrite(10));
    EXPECT_TRUE(call.Read());
    call.AwaitWritten(i);
  }
  call.stream().End(absl::OkStatus());
  EXPECT_FALSE(call.stream().TryWrite(10)) << "nothing after the end";
  EXPECT_THAT(call.Finish(), IsOk());
}

TEST_F(StreamReactorTest, OneWriteIsInFlight) {
  Call call(this);
  call.Stall();
  EXPECT_FALSE(call.stream().TryWrite(10));
  EXPECT_TRUE(call.Read());
  call.AwaitWritten(1);
  EXPECT_TRUE(call.stream().TryWrite(10));
  EXPECT_TRUE(call.Read());
}

TEST_F(StreamReactorTest, AnEndFollowsTheWriteInFlightAndTheFirstCounts) {
  Call call(this);
  call.Stall();
  call.stream().End(MakeError(errors::kServerDraining, "first"));
  call.stream().End(MakeError(errors::kServerBusy, "second"));
  EXPECT_TRUE(call.Read()) << "the write arrives";
  EXPECT_THAT(call.Finish(), StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_EQ(call.record().written, 0) << "the stream was not asked for more";
}

TEST_F(StreamReactorTest, EndingTwiceIsHarmless) {
  Call call(this);
  call.stream().End(absl::OkStatus());
  call.stream().End(MakeError(errors::kServerBusy, "late"));
  EXPECT_THAT(call.Finish(), IsOk());
}

TEST_F(StreamReactorTest, ACancelEndsAnIdleStream) {
  Call call(this);
  call.Cancel();
  call.AwaitOver();
  EXPECT_FALSE(call.stream().TryWrite(10));
  call.stream().End(absl::OkStatus());
  EXPECT_THAT(call.Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(StreamReactorTest, ACancelEndsAStreamThatWrites) {
  Call call(this);
  call.Stall();
  call.Cancel();
  call.AwaitOver();
  EXPECT_FALSE(call.stream().TryWrite(10));
}

TEST_F(StreamReactorTest, ACancelEndsAStreamThatIsToEndAfterItsWrite) {
  Call call(this);
  call.Stall();
  call.stream().End(absl::OkStatus());
  call.Cancel();
  call.AwaitOver();
}

TEST_F(StreamReactorTest, ACancelAfterTheEndIsHarmless) {
  Call call(this);
  call.stream().End(absl::OkStatus());
  call.AwaitOver();
  call.Cancel();
}

TEST_F(StreamReactorTest, AReaderThatStallsIsGivenUpAfterTheLimit) {
  Call call(this);
  call.Stall();
  clock_.Advance(absl::Seconds(30));
  call.stream().CancelIfStalled(absl::Seconds(30));
  EXPECT_EQ(call.record().over, 0);
  clock_.Advance(absl::Seconds(1));
  call.stream().CancelIfStalled(absl::Seconds(30));
  call.AwaitOver();
  call.stream().CancelIfStalled(absl::Seconds(30));  // the call's context is gone
  EXPECT_THAT(call.Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(StreamReactorTest, AnIdleStreamDoesNotStall) {
  Call call(this);
  clock_.Advance(absl::Hours(1));
  call.stream().CancelIfStalled(absl::Seconds(30));
  EXPECT_TRUE(call.stream().TryWrite(10));
  EXPECT_TRUE(call.Read());
}

TEST_F(StreamReactorTest, AGreetingComesBeforeAnythingElseAndOnce) {
  Call call(this);
  call.stream().Greet();
  call.stream().Greet();
  call.AwaitGreeting();  // hangs if there is none
  EXPECT_TRUE(call.stream().TryWrite(10));
  EXPECT_TRUE(call.Read());
  call.AwaitWritten(1);
  call.stream().Greet();
}

// Whatever comes first, the process survives, and the stream is over once.
TEST_F(StreamReactorTest, CancelsWritesAndEndsMayComeInAnyOrder) {
  for (int round = 0; round < 100; ++round) {
    Call call(this);
    if (round % 2 == 0) call.Stall();
    clock_.Advance(absl::Minutes(1));
    std::thread cancels([&call] { call.Cancel(); });
    std::thread ends([&call] { call.stream().End(absl::OkStatus()); });
    std::thread gives_up([&call] { call.stream().CancelIfStalled(absl::Seconds(30)); });
    while (call.stream().TryWrite(1000)) {
    }
    for (std::thread* thread : {&cancels, &ends, &gives_up}) thread->join();
    call.AwaitOver();
  }
}

}  // namespace
}  // namespace gcjobs::testing
