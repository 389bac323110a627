#include "server/rpc/results/result_cursor.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/rpc/page_token.h"
#include "server/rpc/results/result_errors.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

// The cursors' version: a new number for each change of what stands in them.
constexpr absl::string_view kScope = "ReadResults/1";

bool ReadCount(absl::string_view text, int* count) {
  return absl::SimpleAtoi(text, count) && *count >= 0;
}

}  // namespace

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

}  // namespace gcjobs
