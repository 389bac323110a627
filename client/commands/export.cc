#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/commands/download.h"
#include "client/commands/export_request.h"
#include "client/commands/follow_job.h"
#include "client/commands/job_result.h"
#include "client/usage_error.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # yesterday's voice conversations, one a line\n"
    "  gcjobs export --out voice.ndjson --from 2026-01-01 --to 2026-01-02 \\\n"
    "      --filter mediaType=voice\n"
    "\n"
    "  # a whole query by the bulk endpoint\n"
    "  gcjobs export --out all.ndjson --query-file query.json --endpoint jobs\n"
    "\n"
    "  # a job of any kind whose results come in pages\n"
    "  gcjobs export --out audits.ndjson --kind audits.query --body-file audits.json\n"
    "\n"
    "It submits the job, waits for its end and fetches the results. FILE appears when\n"
    "it is whole. After Ctrl-C, a crash or an outage run the same command again: it\n"
    "goes on with the same job (relative times such as --last 24h count from the\n"
    "first run) from what FILE.part and FILE.part.state say.";

struct Flags {
  ExportRequestFlags request;
  DownloadFlags download;
};

// One run: the file, what its state says, and what is asked for.
class Export {
 public:
  Export(const Session& session, const Flags& flags) : session_(session), flags_(flags) {}

  absl::StatusOr<ExitCode> Run() {
    const absl::StatusOr<ResultSession::Options> options = flags_.download.ToOptions();
    if (!options.ok()) return options.status();
    if (flags_.download.out == "-") {
      return UsageError("export writes a file",
                        "for a pipe: gcjobs query submit --watch, then gcjobs results JOB");
    }
    absl::Status status = MakeRequest();
    if (status.ok()) status = OpenFile();
    if (status.ok() && state_.job_id.empty()) status = Submit();
    if (!status.ok()) return status;
    const bool has_ended = state_.pages > 0 || state_.complete;
    if (!has_ended) {
      absl::StatusOr<ExitCode> end = Follow(options->reconnect_for);
      if (!end.ok() || *end != ExitCode::kDone) return end;
    }
    return DownloadToFile(session_, file_.get(), state_, *options);
  }

 private:
  absl::Status MakeRequest();
  absl::Status OpenFile();
  absl::Status CheckFound(const DownloadState& found);
  absl::Status Submit();
  absl::StatusOr<ExitCode> Follow(absl::Duration reconnect_for);
  absl::Status SameCommandGoesOn(const absl::Status& status) const;

  const Session& session_;
  const Flags& flags_;
  ExportRequest request_;
  std::unique_ptr<PartFile> file_;
  DownloadState state_;
};

absl::Status Export::MakeRequest() {
  state_.request_time = session_.io.clock->Now();
  absl::StatusOr<ExportRequest> request = flags_.request.ToRequest(session_, state_.request_time);
  if (!request.ok()) return request.status();
  request_ = *std::move(request);
  return absl::OkStatus();
}

absl::Status Export::OpenFile() {
  absl::StatusOr<std::unique_ptr<PartFile>> file =
      flags_.download.OpenFile([this](const DownloadState& found) { return CheckFound(found); });
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  if (file_->is_resumed()) {
    state_ = file_->found();
    MutableOptionsOf(&request_)->set_request_id(state_.request_id);
    if (!state_.job_id.empty() && !state_.complete) {
      Note(session_, absl::StrCat("going on with job ", state_.job_id));
    }
    return absl::OkStatus();
  }
  // Before the submission: a run that is killed in the middle of it finds the
  // same job again.
  state_.request_id = OptionsOf(request_).request_id();
  state_.request_digest = DigestOf(request_);
  return file_->Save(state_);
}

absl::Status Export::CheckFound(const DownloadState& found) {
  constexpr absl::string_view kHint =
      "--restart throws it away and starts anew; or write to another file";
  const std::string part = flags_.download.out + ".part";
  if (found.request_id.empty()) {
    return UsageError(absl::StrCat(part, " is of gcjobs results ", found.job_id), kHint);
  }
  absl::StatusOr<ExportRequest> request = request_;
  if (flags_.request.DependsOnTime()) {
    request = flags_.request.ToRequest(session_, found.request_time);
  }
  if (!request.ok()) return request.status();
  const std::string& request_id = flags_.request.options.request_id;
  const bool is_same = found.request_digest == DigestOf(*request) &&
                       (request_id.empty() || request_id == found.request_id);
  if (!is_same) {
    return UsageError(absl::StrCat(part, " is of an export with other options"), kHint);
  }
  request_ = *std::move(request);
  return absl::OkStatus();
}

absl::Status Export::Submit() {
  const absl::StatusOr<v1::Job> job =
      std::visit([this](const auto& request) { return session_.client.Submit(request); }, request_);
  if (!job.ok()) {
    // The server has spoken: the next run submits anew. Else nobody knows.
    const bool is_refused = GetErrorInfo(job.status()).has_value() && !IsUnreachable(job.status());
    if (!is_refused) return SameCommandGoesOn(job.status());
    file_->Discard();
    return job.status();
  }
  state_.job_id = job->id();
  Note(session_, absl::StrCat("job ", state_.job_id));
  return file_->Save(state_);
}

absl::StatusOr<ExitCode> Export::Follow(absl::Duration reconnect_for) {
  const absl::StatusOr<v1::Job> job =
      FollowJob(session_, state_.job_id, /*after=*/0, reconnect_for, WatchPrinter::Events::kLine);
  if (!job.ok()) {
    // The job has been deleted: the next run submits anew.
    if (GetReason(job.status()) == "JOB_NOT_FOUND") file_->Discard();
    return SameCommandGoesOn(job.status());
  }
  if (job->state() == v1::JOB_STATE_SUCCEEDED) return ExitCode::kDone;
  NoteFailure(session_, *job);
  // The next run submits anew, but never by itself what may have run.
  if (job->state() != v1::JOB_STATE_OUTCOME_UNKNOWN) {
    file_->Discard();
  } else {
    Note(session_, "to submit it again all the same: --restart");
  }
  return ExitCodeForState(job->state());
}

absl::Status Export::SameCommandGoesOn(const absl::Status& status) const {
  constexpr absl::string_view kGoOn = "the same command goes on with the same job";
  if (session_.io.interrupt->IsSet()) {
    Note(session_, std::string(kGoOn));
    return status;
  }
  return IsUnreachable(status) ? WithHint(status, kGoOn) : status;
}

}  // namespace

void AddExport(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "export",
                                 "Submit a query, wait and write its results to a file", kExamples);
  flags->download.AddFileOptions(command);
  command->get_option("--out")->required();
  flags->request.AddTo(command);
  flags->download.AddStreamOptions(command);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return Export(session, *flags).Run(); };
  });
}

}  // namespace gcjobs
