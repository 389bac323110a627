#include "server/store/revision_stamp.h"

#include <cstdio>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/file.h"

namespace gcjobs {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(5);

}  // namespace

Revision RevisionStamp::Read() const {
  if (path_.empty()) return 0;
  const absl::StatusOr<std::string> text = ReadFile(path_);
  Revision revision = 0;
  if (!text.ok() || !absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &revision)) return 0;
  return revision;
}

void RevisionStamp::MayWrite(Revision head, absl::Time now) {
  if (head == written_ || now < next_write_) return;
  next_write_ = now + kInterval;
  Write(head);
}

void RevisionStamp::Write(Revision head) {
  if (path_.empty()) return;
  written_ = head;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path_.c_str(), "we"), fclose);
  const std::string text = absl::StrCat(head, "\n");
  if (file != nullptr) fwrite(text.data(), 1, text.size(), file.get());
}

}  // namespace gcjobs
