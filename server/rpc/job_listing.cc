#include "server/rpc/job_listing.h"

#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/rpc/page_token.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

absl::StatusOr<JobOrder> ParseOrder(absl::string_view order_by) {
  const std::vector<absl::string_view> words = absl::StrSplit(order_by, ' ', absl::SkipEmpty());
  if (words.empty()) return JobOrder::kCreateTimeDesc;
  const bool descends = words.size() == 2 && words[1] == "desc";
  if (words.size() == 1 || descends) {
    if (words[0] == "create_time") {
      return descends ? JobOrder::kCreateTimeDesc : JobOrder::kCreateTime;
    }
    if (words[0] == "update_time") {
      return descends ? JobOrder::kUpdateTimeDesc : JobOrder::kUpdateTime;
    }
  }
  return InvalidField(
      "order_by",
      absl::StrCat("must be `create_time` or `update_time`, perhaps followed by ` desc`, but is ",
                   Quote(order_by)));
}

bool IsByUpdateTime(JobOrder order) {
  return order == JobOrder::kUpdateTime || order == JobOrder::kUpdateTimeDesc;
}

// The same bytes for the same message: maps are sorted.
std::string DeterministicBytes(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::string Scope(const JobQuery& query) {
  return FieldHash()
      .Add("ListJobs")
      .Add(DeterministicBytes(query.filter))
      .Add(absl::StrCat(static_cast<int>(query.order)))
      .Digest();
}

JobQuery::Position PositionOf(const JobQuery& query, const v1::Job& job) {
  JobQuery::Position position;
  position.time = FromProto(IsByUpdateTime(query.order) ? job.update_time() : job.create_time());
  position.job_id = job.id();
  return position;
}

// `seconds nanos id`.
std::string EncodePosition(const JobQuery::Position& position) {
  const google::protobuf::Timestamp time = ToProto(position.time);
  return absl::StrCat(time.seconds(), " ", time.nanos(), " ", position.job_id);
}

absl::StatusOr<JobQuery::Position> DecodePosition(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(' ', 2));
  google::protobuf::Timestamp time;
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &seconds) ||
      !absl::SimpleAtoi(parts[1], &nanos)) {
    return InvalidPageToken();
  }
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  JobQuery::Position position;
  position.time = FromProto(time);
  position.job_id = std::string(parts[2]);
  return position;
}

// Whether anything comes after `last`. A page may be short because it was full
// of bytes: only asking for one more job tells it from the last page.
absl::StatusOr<bool> AnyAfter(StoreReader& store, JobQuery query, JobQuery::Position last) {
  query.after = std::move(last);
  query.limit = 1;
  ASSIGN_OR_RETURN(const std::vector<v1::Job> next, store.ListJobs(query));
  return !next.empty();
}

}  // namespace

absl::StatusOr<JobQuery> BuildJobQuery(const v1::ListJobsRequest& request, const OrgNames& orgs) {
  RETURN_IF_ERROR(ValidateFilter(request.filter(), orgs));
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));
  JobQuery query;
  query.filter = request.filter();
  ASSIGN_OR_RETURN(query.order, ParseOrder(request.order_by()));
  query.limit = static_cast<size_t>(page_size);
  if (request.page_token().empty()) return query;
  ASSIGN_OR_RETURN(const std::string position, DecodePageToken(Scope(query), request.page_token()));
  ASSIGN_OR_RETURN(query.after, DecodePosition(position));
  return query;
}

absl::StatusOr<v1::ListJobsResponse> ReadJobPage(StoreReader& store, const JobQuery& query) {
  ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, store.ListJobs(query));
  v1::ListJobsResponse page;
  if (jobs.empty()) return page;
  const JobQuery::Position last = PositionOf(query, jobs.back());
  ASSIGN_OR_RETURN(const bool more, AnyAfter(store, query, last));
  if (more) page.set_next_page_token(EncodePageToken(Scope(query), EncodePosition(last)));
  for (v1::Job& job : jobs) *page.add_jobs() = std::move(job);
  return page;
}

}  // namespace gcjobs
