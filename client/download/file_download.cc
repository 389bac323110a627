#include "client/download/file_download.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/json.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

bool Contains(absl::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

bool HasLineBreak(absl::string_view text) { return Contains(text, '\n') || Contains(text, '\r'); }

// What a crash may cost, against what a save costs (some ms of the disk's time).
constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr int64_t kBytes = 128 << 20;

}  // namespace

void AppendOneLine(absl::string_view json, std::string* line) {
  bool is_in_string = false;
  bool is_escaped = false;
  for (const char c : json) {
    const bool is_line_break = c == '\n' || c == '\r';
    if (!is_line_break) line->push_back(c);
    if (is_line_break && is_in_string) line->append(c == '\n' ? "\\n" : "\\r");
    if (c == '"' && !is_escaped) is_in_string = !is_in_string;
    is_escaped = c == '\\' && !is_escaped;
  }
}

absl::Status ItemLines::Append(client::ResultPage* page, std::string* lines) {
  std::string* const json = page->mutable_items_json();
  // Asked once per page: compact JSON, the usual case, is copied as it is.
  const bool has_line_break = HasLineBreak(*json);
  int items = 0;
  const absl::Status status = ForEachJsonElement(json, *json, [&](absl::string_view item) {
    if (has_line_break) {
      AppendOneLine(item, lines);
    } else {
      lines->append(item.data(), item.size());
    }
    lines->push_back('\n');
    ++items;
    return true;
  });
  const std::string name = absl::StrCat("page ", page->page_number());
  if (!status.ok()) return absl::DataLossError(absl::StrCat(name, ": ", status.message()));
  if (items == page->item_count()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(name, " has ", items, " items but says that it has ", page->item_count()));
}

Checkpointer::Checkpointer(PartFile* file, const Clock* clock)
    : file_(*file),
      clock_(*clock),
      thread_(std::make_unique<Thread>("checkpoints", [this] { Run(); })) {}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  thread_.reset();
}

absl::Status Checkpointer::Offer(const DownloadState& state) {
  const absl::Time now = clock_.MonotonicNow();
  const bool is_due = now - last_time_ >= kInterval || state.bytes - last_bytes_ >= kBytes;
  MutexLock lock(&mu_);
  // A disk that is slower than we are: it gets the next state when it is ready.
  if (!is_due || !IsIdle() || !status_.ok()) return status_;
  last_time_ = now;
  last_bytes_ = state.bytes;
  pending_ = state;
  return absl::OkStatus();
}

absl::Status Checkpointer::Wait() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &Checkpointer::IsIdle));
  return status_;
}

void Checkpointer::Run() {
  for (;;) {
    DownloadState state;
    {
      MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &Checkpointer::HasWork));
      if (!pending_.has_value()) return;
      state = *std::move(pending_);
      pending_.reset();
      saving_ = true;
    }
    absl::Status status = file_.Save(state);
    MutexLock lock(&mu_);
    saving_ = false;
    status_.Update(std::move(status));
  }
}

FileDownload::FileDownload(RpcClient* client, const CliIo* io, PartFile* file, DownloadLine* line,
                           DownloadState state)
    : client_(*client),
      io_(*io),
      file_(*file),
      line_(*line),
      state_(std::move(state)),
      checkpointer_(file, io->clock) {}

absl::Status FileDownload::Run(ResultSession::Options options) {
  // An earlier run was stopped just before its end.
  if (state_.complete) return file_.Finish(state_);
  // From here on whatever is in the file can be told apart from anything else.
  RETURN_IF_ERROR(file_.Save(state_));
  absl::Status status = Fetch(options);
  status.Update(checkpointer_.Wait());
  if (status.ok()) return file_.Finish(state_);
  // When the disk is full this fails too; what was saved before is good.
  file_.Save(state_).IgnoreError();
  return status;
}

absl::Status FileDownload::Fetch(ResultSession::Options options) {
  ResultSession session(&client_, &io_, this, options);
  const absl::Status status = session.Read(state_.job_id, {state_.next_cursor, state_.pages});
  data_available_until_ = session.data_available_until();
  bytes_replaced_ = session.bytes_replaced();
  return status;
}

absl::Status FileDownload::OnPage(client::ResultPage* page) {
  buffer_.clear();
  RETURN_IF_ERROR(item_lines_.Append(page, &buffer_));
  RETURN_IF_ERROR(file_.Append(buffer_));
  state_.next_cursor = page->next_cursor();
  state_.pages = page->page_number();
  state_.items += page->item_count();
  state_.bytes += static_cast<int64_t>(buffer_.size());
  line_.Update(state_.pages, state_.items, state_.bytes);
  return checkpointer_.Offer(state_);
}

void FileDownload::OnConnectionLost(const absl::Status& why, int64_t pages) {
  line_.ShowOutage(why, pages);
}

void FileDownload::OnConnectionRestored() { line_.EndOutage(); }

}  // namespace gcjobs
