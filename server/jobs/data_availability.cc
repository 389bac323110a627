#include "server/jobs/data_availability.h"

#include <algorithm>

#include "common/log.h"

namespace gcjobs {
namespace {

// Data arrive in steps of minutes.
constexpr absl::Duration kLeastBetween = absl::Minutes(1);
constexpr absl::Duration kMostBetween = absl::Minutes(10);

// A submission waits for it.
constexpr absl::Duration kMaxPermitWait = absl::Seconds(5);
constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

Task<absl::StatusOr<absl::Time>> DataAvailability::Ask(LiveJob* job, absl::Time needed) {
  std::unique_ptr<Source>& owned = sources_[{&job->org(), &job->kind()}];
  if (owned == nullptr) owned = std::make_unique<Source>();
  Source* const source = owned.get();
  const bool is_enough = source->heard.ok() && *source->heard >= needed;
  const bool is_fresh = loop_->clock()->MonotonicNow() - source->heard_at < kLeastBetween;
  if (is_enough || (is_fresh && !source->is_asking)) co_return source->heard;
  Heard heard = co_await Callback<Heard>([&](auto done) {
    source->waiting.push_back(std::move(done));
    if (source->is_asking) return;
    source->is_asking = true;
    asking_.Start(AskUpstream(&job->org(), &job->kind(), source));
  });
  co_return heard;
}

// A story of its own: whoever began it may end meanwhile, and others wait for it.
Task<> DataAvailability::AskUpstream(OrgRuntime* org, const JobKind* kind, Source* source) {
  ApiRequest request = *kind->BuildAvailability();
  request.timeout = kTimeout;
  const ApiReply reply = co_await org->client->Call(std::move(request), kMaxPermitWait);
  const Heard heard =
      reply.status.ok() ? kind->ParseAvailability(reply.response) : Heard(reply.status);
  if (!heard.ok()) {
    Log(LogLevel::kWarning, "data_availability_unknown",
        {{"org", org->name}, {"kind", kind->name()}, {"error", heard.status()}});
  }
  source->heard = heard;
  source->heard_at = loop_->clock()->MonotonicNow();
  source->is_asking = false;
  for (auto& waiting : std::exchange(source->waiting, {})) waiting(heard);
}

absl::Duration DataAvailability::RetryDelay(absl::Time available_until, absl::Time needed) {
  return std::clamp(needed - available_until, kLeastBetween, kMostBetween);
}

}  // namespace gcjobs
