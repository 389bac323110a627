#include "server/jobs/survival_keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"

namespace gcjobs {

SurvivalKeeper::SurvivalKeeper(Options options, absl::string_view org, SurvivalBook* book,
                               Store* store)
    : options_(options),
      document_(absl::StrCat("survival/", org)),
      book_(book),
      store_(store),
      saved_version_(book->version()) {}

void SurvivalKeeper::Load() {
  const auto reader = store_->OpenReader();
  const absl::StatusOr<std::string> bytes =
      reader.ok() ? (*reader)->GetDocument(document_) : reader.status();
  if (absl::IsNotFound(bytes.status())) return;
  const absl::Status loaded = bytes.ok() ? book_->Load(*bytes) : bytes.status();
  if (!loaded.ok()) {
    Log(LogLevel::kWarning, "survival_not_loaded", {{"document", document_}, {"error", loaded}});
  }
  saved_version_ = book_->version();
}

void SurvivalKeeper::Start(EventLoop* loop) {
  const absl::Duration by_size = absl::Seconds(saved_bytes_ / options_.bytes_per_second);
  loop->RunAfter(std::max(options_.interval, by_size), [this, loop] {
    Save();
    Start(loop);
  });
}

void SurvivalKeeper::Save() {
  if (book_->version() == saved_version_) return;
  saved_version_ = book_->version();
  PutDocument document{document_, book_->Save()};
  saved_bytes_ = static_cast<int64_t>(document.bytes.size());
  store_->Commit(std::move(document), [](const absl::StatusOr<CommitOutcome>& result) {
    // The next save makes up for it.
    if (!result.ok()) Log(LogLevel::kWarning, "survival_not_saved", {{"error", result.status()}});
  });
}

}  // namespace gcjobs
