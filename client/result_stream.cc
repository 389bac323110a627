#include "client/result_stream.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/impl/rpc_method.h>

#include <cstdint>
#include <utility>

namespace gcjobs {
namespace {

using ::google::protobuf::internal::WireFormatLite;
using ::google::protobuf::io::CodedInputStream;

constexpr char kMethod[] = "/gcjobs.v1.JobService/ReadResults";

bool ReadText(CodedInputStream* input, std::string* text) {
  uint32_t size = 0;
  return input->ReadVarint32(&size) && input->ReadString(text, static_cast<int>(size));
}

bool ReadNumber(CodedInputStream* input, uint64_t* number) { return input->ReadVarint64(number); }

// The field whose tag was just read; unknown ones are left out.
bool ReadField(uint32_t tag, CodedInputStream* input, v1::ResultPage* page) {
  uint64_t number = 0;
  switch (tag) {
    case WireFormatLite::MakeTag(v1::ResultPage::kItemsJsonFieldNumber,
                                 WireFormatLite::WIRETYPE_LENGTH_DELIMITED):
      return ReadText(input, page->mutable_items_json());
    case WireFormatLite::MakeTag(v1::ResultPage::kNextCursorFieldNumber,
                                 WireFormatLite::WIRETYPE_LENGTH_DELIMITED):
      return ReadText(input, page->mutable_next_cursor());
    case WireFormatLite::MakeTag(v1::ResultPage::kItemCountFieldNumber,
                                 WireFormatLite::WIRETYPE_VARINT):
      if (!ReadNumber(input, &number)) return false;
      page->set_item_count(static_cast<int32_t>(number));
      return true;
    case WireFormatLite::MakeTag(v1::ResultPage::kPageNumberFieldNumber,
                                 WireFormatLite::WIRETYPE_VARINT):
      if (!ReadNumber(input, &number)) return false;
      page->set_page_number(static_cast<int32_t>(number));
      return true;
    case WireFormatLite::MakeTag(v1::ResultPage::kLastFieldNumber, WireFormatLite::WIRETYPE_VARINT):
      if (!ReadNumber(input, &number)) return false;
      page->set_last(number != 0);
      return true;
    default:
      return WireFormatLite::SkipField(input, tag);
  }
}

}  // namespace

bool ParseResultPage(grpc::ByteBuffer* bytes, v1::ResultPage* page) {
  page->Clear();
  grpc::ProtoBufferReader slices(bytes);
  if (!slices.status().ok()) return false;
  CodedInputStream input(&slices);
  while (const uint32_t tag = input.ReadTag()) {
    if (!ReadField(tag, &input, page)) return false;
  }
  return input.ConsumedEntireMessage();
}

ResultStream::ResultStream(std::shared_ptr<Connection> connection, Interrupt* interrupt)
    : connection_(connection), stream_(std::move(connection), interrupt) {}

// As the generated stub does it, but for the type that is read.
void ResultStream::Start(const v1::ReadResultsRequest& request) {
  const grpc::internal::RpcMethod method(kMethod, grpc::internal::RpcMethod::SERVER_STREAMING,
                                         connection_->channel);
  stream_.Start(std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>>(
      grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
          connection_->channel.get(), method, stream_.context(), request)));
}

bool ResultStream::Read(v1::ResultPage* page) {
  grpc::ByteBuffer bytes;
  if (is_broken_ || !stream_.Read(&bytes)) return false;
  is_broken_ = !ParseResultPage(&bytes, page);
  if (is_broken_) stream_.context()->TryCancel();
  return !is_broken_;
}

absl::Status ResultStream::Finish() {
  absl::Status status = stream_.Finish();
  return is_broken_ ? absl::DataLossError("the server sent a page that cannot be read") : status;
}

}  // namespace gcjobs
