#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>
#include <CLI/CLI.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/commands/download.h"
#include "client/commands/follow_job.h"
#include "client/commands/json_input.h"
#include "client/commands/known_names.h"
#include "client/commands/query_options.h"
#include "client/commands/submission.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # yesterday's voice conversations, one per line\n"
    "  gcjobs export --out voice.ndjson --from 2026-01-01 --to 2026-01-02 \\\n"
    "      --filter mediaType=voice\n"
    "\n"
    "  # a whole query, through the bulk endpoint\n"
    "  gcjobs export --out all.ndjson --query-file query.json --endpoint jobs\n"
    "\n"
    "  # a job of any kind whose results come in pages\n"
    "  gcjobs export --out audits.ndjson --kind audits.query --body-file audits.json\n"
    "\n"
    "Submits the job, waits for it to end and fetches the results. FILE appears once\n"
    "it is complete. After Ctrl-C, a crash or an outage, run the same command again:\n"
    "it resumes the same job where FILE.part and FILE.part.state left off (relative\n"
    "times such as --last 24h count from the first run).";

// What `export` submits: a conversation query, or a job of any kind.
using ExportRequest = std::variant<v1::SubmitConversationQueryRequest, v1::SubmitJobRequest>;

const v1::SubmitOptions& OptionsOf(const ExportRequest& request) {
  return std::visit([](const auto& submit) -> const v1::SubmitOptions& { return submit.options(); },
                    request);
}

v1::SubmitOptions* MutableOptionsOf(ExportRequest* request) {
  return std::visit([](auto& submit) { return submit.mutable_options(); }, *request);
}

std::string Sha256Hex(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// The same bytes for equal messages: maps in the order of their keys.
std::string SerializeInOrder(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

// A digest (hex) of all that decides the outcome of the request: the same for
// two requests that differ in `request_id` and `wait` only.
std::string DigestOf(const ExportRequest& request) {
  ExportRequest copy = request;
  MutableOptionsOf(&copy)->clear_request_id();
  MutableOptionsOf(&copy)->clear_wait();
  return std::visit(
      [](const auto& submit) {
        return Sha256Hex(absl::StrCat(submit.GetTypeName(), "\n", SerializeInOrder(submit)));
      },
      copy);
}

// The options that say what to export.
struct ExportRequestFlags {
  QueryFlags query;
  std::string kind;
  JobInputFlags job;
  SubmitOptionFlags options;

  void AddTo(CLI::App* command);

  // `now`: what relative times count from. Errors: UsageError.
  absl::StatusOr<ExportRequest> ToRequest(const Session& session, absl::Time now) const;

  // Whether another `now` may give another request. If not, ToRequest must be
  // called once only: it may have read all of stdin.
  bool DependsOnTime() const { return kind.empty() && query.DependsOnTime(); }
};

void ExportRequestFlags::AddTo(CLI::App* command) {
  query.AddTo(command);
  command
      ->add_option("--kind", kind,
                   "Export a job of this kind (see gcjobs kinds) instead of a conversation query")
      ->option_text("KIND");
  job.AddTo(command);
  options.AddTo(command, "at-least-once, or the kind's");
}

absl::StatusOr<ExportRequest> ExportRequestFlags::ToRequest(const Session& session,
                                                            absl::Time now) const {
  const auto with_options = [&](auto request) -> absl::StatusOr<ExportRequest> {
    ASSIGN_OR_RETURN(*request.mutable_options(), options.ToOptions(session));
    return ExportRequest(std::move(request));
  };
  if (kind.empty()) {
    if (job.IsSet()) return UsageError("--body and --path need --kind");
    ASSIGN_OR_RETURN(v1::SubmitConversationQueryRequest request, query.ToRequest(session, now));
    return with_options(std::move(request));
  }
  if (query.IsSet()) {
    return UsageError("--kind cannot be used with the options of a conversation query",
                      "put what the kind needs into --body");
  }
  ASSIGN_OR_RETURN(v1::SubmitJobRequest request, job.ToRequest(session, kind));
  return with_options(std::move(request));
}

struct Flags {
  ExportRequestFlags request;
  DownloadFlags download;
};

// One run: the file, what its state says, and what is asked for.
class Export {
 public:
  Export(const Session& session, const Flags& flags) : session_(session), flags_(flags) {}

  // 1. The state beside the part file says how far an earlier run has come.
  // 2. A new export writes down its request_id before it submits, so that a run
  //    which is killed in the middle of that finds the same job again.
  // 3. The job is followed to its end, and its pages are fetched into the file.
  // Whatever ends a run, the next one resumes where it was; only what cannot
  // succeed any more is discarded, so that the next run submits again.
  absl::StatusOr<ExitCode> Run() {
    ASSIGN_OR_RETURN(const ResultSession::Options options, flags_.download.ToOptions());
    if (flags_.download.out == "-") {
      return UsageError("export writes a file",
                        "for a pipe: gcjobs query submit --watch, then gcjobs results JOB");
    }
    state_.request_time = session_.io.clock->Now();
    ASSIGN_OR_RETURN(request_, flags_.request.ToRequest(session_, state_.request_time));
    RETURN_IF_ERROR(OpenFile());
    if (state_.job_id.empty()) RETURN_IF_ERROR(Submit());
    const bool has_ended = state_.pages > 0 || state_.complete;
    if (!has_ended) {
      absl::StatusOr<ExitCode> end = Follow(options.reconnect_for);
      if (!end.ok() || *end != ExitCode::kDone) return end;
    }
    return DownloadToFile(session_, file_.get(), state_, options, flags_.download.completeness);
  }

 private:
  absl::Status OpenFile();
  absl::Status CheckFound(const DownloadState& found);
  absl::Status Submit();
  absl::StatusOr<ExitCode> Follow(absl::Duration reconnect_for);
  absl::Status HintToResume(const absl::Status& status) const;

  const Session& session_;
  const Flags& flags_;
  ExportRequest request_;
  std::unique_ptr<PartFile> file_;
  DownloadState state_;
};

absl::Status Export::OpenFile() {
  ASSIGN_OR_RETURN(file_, flags_.download.OpenFile(
                              [this](const DownloadState& found) { return CheckFound(found); }));
  if (file_->is_resumed()) {
    state_ = file_->found();
    MutableOptionsOf(&request_)->set_request_id(state_.request_id);
    if (!state_.job_id.empty() && !state_.complete) {
      Note(session_, absl::StrCat("resuming job ", state_.job_id));
    }
    return absl::OkStatus();
  }
  state_.request_id = OptionsOf(request_).request_id();
  state_.request_digest = DigestOf(request_);
  return file_->Save(state_);
}

absl::Status Export::CheckFound(const DownloadState& found) {
  constexpr absl::string_view kHint =
      "use --restart to discard it and start over, or write to another file";
  const std::string part = flags_.download.out + ".part";
  if (found.request_id.empty()) {
    return UsageError(absl::StrCat(part, " belongs to gcjobs results ", found.job_id), kHint);
  }
  ExportRequest request = request_;
  if (flags_.request.DependsOnTime()) {
    ASSIGN_OR_RETURN(request, flags_.request.ToRequest(session_, found.request_time));
  }
  const std::string& request_id = flags_.request.options.request_id;
  const bool is_same = found.request_digest == DigestOf(request) &&
                       (request_id.empty() || request_id == found.request_id);
  if (!is_same) {
    return UsageError(absl::StrCat(part, " belongs to an export with other options"), kHint);
  }
  request_ = std::move(request);
  return absl::OkStatus();
}

absl::Status Export::Submit() {
  const absl::StatusOr<v1::Job> job = std::visit(
      [this](const auto& request) {
        return session_.client.Submit(SubmitMethod(request), request);
      },
      request_);
  if (!job.ok()) {
    // A refusal: the next run submits again. Otherwise the job may exist.
    const bool is_refused = GetErrorInfo(job.status()).has_value() && !IsUnreachable(job.status());
    if (!is_refused) return HintToResume(job.status());
    file_->Discard();
    return WithNearKind(session_, job.status());
  }
  state_.job_id = job->id();
  Note(session_, absl::StrCat("job ", state_.job_id));
  return file_->Save(state_);
}

absl::StatusOr<ExitCode> Export::Follow(absl::Duration reconnect_for) {
  const absl::StatusOr<v1::Job> job =
      FollowJob(session_, state_.job_id, /*after=*/0, reconnect_for, WatchPrinter::Events::kLine);
  if (!job.ok()) {
    // The job was deleted: the next run submits again.
    if (HasReason(job.status(), errors::kJobNotFound)) file_->Discard();
    return HintToResume(job.status());
  }
  if (job->state() == v1::JOB_STATE_SUCCEEDED) return ExitCode::kDone;
  NoteFailure(session_, *job);
  // The next run submits again, but never of its own accord what may have run.
  if (job->state() != v1::JOB_STATE_OUTCOME_UNKNOWN) {
    file_->Discard();
  } else {
    Note(session_, "to submit it again anyway, use --restart");
  }
  return ExitCodeForState(job->state());
}

absl::Status Export::HintToResume(const absl::Status& status) const {
  const bool may_resume = session_.io.interrupt->IsSet() || IsUnreachable(status);
  return may_resume ? WithHint(status, "run the same command again to resume the same job")
                    : status;
}

}  // namespace

void AddExport(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(
      parent, "export", "Submit a query, wait, and write its results to a file", kExamples);
  flags->download.AddFileOptions(command);
  command->get_option("--out")->required();
  flags->request.AddTo(command);
  flags->download.AddStreamOptions(command);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return Export(session, *flags).Run(); };
  });
}

}  // namespace gcjobs
