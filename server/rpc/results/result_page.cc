#include "server/rpc/results/result_page.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/errors.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/page_token.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

using Body = std::shared_ptr<const std::string>;

// https://protobuf.dev/programming-guides/encoding/#structure
constexpr int kLengthDelimited = 2;
constexpr int kTagTypeBits = 3;

// Tag and length of `items_json`.
std::string FieldHeader(size_t items_bytes) {
  std::string header;
  google::protobuf::io::StringOutputStream stream(&header);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteTag(v1::ResultPage::kItemsJsonFieldNumber << kTagTypeBits | kLengthDelimited);
  coded.WriteVarint32(static_cast<uint32_t>(items_bytes));
  coded.Trim();
  return header;
}

// All fields but `items_json`. Two messages end to end are their merge.
std::string OtherFields(const UpstreamPage& upstream, const ResultPart& part,
                        std::string next_cursor) {
  v1::ResultPage page;
  if (upstream.data_available_until) {
    *page.mutable_data_available_until() = ToProto(*upstream.data_available_until);
  }
  page.set_bytes_replaced(upstream.bytes_replaced);
  page.set_item_count(part.slice.item_count);
  page.set_page_number(part.after.pages);
  page.set_last(part.is_last);
  page.set_next_cursor(std::move(next_cursor));
  return page.SerializeAsString();
}

// A slice of `span`, which is of `body`; the last of them frees the body.
grpc::Slice Refer(const Body& body, absl::string_view span) {
  return grpc::Slice(
      const_cast<char*>(span.data()), span.size(),
      [](void* owner) { delete static_cast<Body*>(owner); }, new Body(body));
}

// The version of the cursors: a new number for each change of what is in them.
constexpr absl::string_view kScope = "ReadResults/1";

bool ReadCount(absl::string_view text, int* count) {
  return absl::SimpleAtoi(text, count) && *count >= 0;
}

}  // namespace

grpc::ByteBuffer MakeResultMessage(const UpstreamPage& page, const ResultPart& part,
                                   std::string next_cursor) {
  const absl::string_view items = part.slice.items;
  std::string before = FieldHeader(items.size() + (part.slice.is_bare ? 2 : 0));
  std::string after = OtherFields(page, part, std::move(next_cursor));
  if (part.slice.is_bare) {
    before.push_back('[');
    after.insert(after.begin(), ']');
  }
  const grpc::Slice slices[] = {grpc::Slice(before), Refer(page.body, items), grpc::Slice(after)};
  return grpc::ByteBuffer(slices, 3);
}

ResultCursorCodec::ResultCursorCodec(absl::string_view key, absl::string_view job_id)
    : scope_(FieldHash().Add(kScope).Add(key).Add(job_id).Digest()) {}

// `pages skip_items empty_pages page_size next`.
std::string ResultCursorCodec::Encode(const ResultPosition& position, int page_size) const {
  return EncodePageToken(
      scope_, absl::StrCat(position.pages, " ", position.skip_items, " ", position.empty_pages, " ",
                           page_size, " ", position.next));
}

absl::StatusOr<ResultCursor> ResultCursorCodec::Decode(absl::string_view text) const {
  const absl::StatusOr<std::string> bytes =
      DecodePageToken(scope_, text, /*max_bytes=*/kMaxResultCursorBytes);
  if (!bytes.ok()) return InvalidCursorError();
  const std::vector<absl::string_view> parts =
      absl::StrSplit(absl::string_view(*bytes), absl::MaxSplits(' ', 4));
  ResultCursor cursor;
  if (parts.size() != 5 || !ReadCount(parts[0], &cursor.position.pages) ||
      !ReadCount(parts[1], &cursor.position.skip_items) ||
      !ReadCount(parts[2], &cursor.position.empty_pages) ||
      !ReadCount(parts[3], &cursor.page_size)) {
    return InvalidCursorError();
  }
  cursor.position.next = std::string(parts[4]);
  return cursor;
}

absl::Status InvalidCursorError() {
  return MakeError(errors::kInvalidCursor,
                   "cursor was not issued for the results of this job; pass the last page's "
                   "next_cursor, or leave it empty to read from the first page");
}

}  // namespace gcjobs
