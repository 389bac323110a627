#include "client/download/file_download.h"

#include <utility>

namespace gcjobs {

FileDownload::FileDownload(JobClient* client, const CliIo* io, PartFile* file, DownloadLine* line,
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
  if (absl::Status status = file_.Save(state_); !status.ok()) return status;
  absl::Status status = Fetch(options);
  status.Update(checkpointer_.Wait());
  if (status.ok()) return file_.Finish(state_);
  // When the disk is full this fails too; what was saved before is good.
  file_.Save(state_).IgnoreError();
  return status;
}

absl::Status FileDownload::Fetch(ResultSession::Options options) {
  ResultSession session(&client_, &io_, this, options);
  return session.Read(state_.job_id, {state_.next_cursor, state_.pages});
}

absl::Status FileDownload::OnPage(v1::ResultPage* page) {
  buffer_.clear();
  if (absl::Status status = item_lines_.Append(page, &buffer_); !status.ok()) return status;
  if (absl::Status status = file_.Append(buffer_); !status.ok()) return status;
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
