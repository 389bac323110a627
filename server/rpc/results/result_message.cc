#include "server/rpc/results/result_message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "gcjobs/v1/job_service.pb.h"

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
std::string OtherFields(const ResultPart& part, std::string next_cursor) {
  v1::ResultPage page;
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

}  // namespace

grpc::ByteBuffer MakeResultMessage(const UpstreamPage& page, const ResultPart& part,
                                   std::string next_cursor) {
  const absl::string_view items = part.slice.items;
  std::string before = FieldHeader(items.size() + (part.slice.is_bare ? 2 : 0));
  std::string after = OtherFields(part, std::move(next_cursor));
  if (part.slice.is_bare) {
    before.push_back('[');
    after.insert(after.begin(), ']');
  }
  const grpc::Slice slices[] = {grpc::Slice(before), Refer(page.body, items), grpc::Slice(after)};
  return grpc::ByteBuffer(slices, 3);
}

}  // namespace gcjobs
