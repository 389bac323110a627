// What it costs to read Genesys Cloud's answers: a page of results, a status,
// an error and a listing. Each kind of answer is read as the server reads it.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/error_body.h"
#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_file.h"

namespace gcjobs {
namespace {

HttpResponse Answer(std::string body) {
  HttpResponse response;
  response.status = 200;
  response.body = std::move(body);
  return response;
}

std::unique_ptr<JobKind> DeclaredKindNamed(absl::string_view name) {
  auto kinds = LoadKinds({});
  GCJOBS_CHECK(kinds.ok(), kinds.status().message());
  for (KindSpec& kind : *kinds) {
    if (kind.name == name) return MakeDeclaredKind(std::move(kind));
  }
  GCJOBS_CHECK(false, "there is no kind ", name);
  return nullptr;
}

// An array of conversations, of about `bytes`.
std::string Conversations(size_t bytes) {
  std::string array = "[";
  for (int i = 0; array.size() < bytes; ++i) {
    absl::StrAppend(
        &array, i > 0 ? "," : "", R"({"conversationId":"0190c1f2-7a31-7c2e-9d10-)",
        absl::Dec(i, absl::kZeroPad12),
        R"(","conversationStart":"2026-01-01T00:00:00.000Z","originatingDirection":"inbound",)",
        R"("divisionIds":["5a1b"],"participants":[{"purpose":"customer","participantName":)",
        "\"M\xC3\xBCller\",", R"("sessions":[{"mediaType":"voice","metrics":[{"name":"tTalk",)",
        R"("value":12345.5,"emitDate":"2026-01-01T00:01:00.000Z"}],"segments":[]}]}]})");
  }
  return array + "]";
}

void BM_CursorPage(benchmark::State& state) {
  const auto kind = DeclaredKindNamed(kConversationJobKind);
  HttpResponse response =
      Answer(absl::StrCat(R"({"conversations":)", Conversations(1 << 20), R"(,"cursor":"c-2"})"));
  for (auto _ : state) {
    const auto view = kind->ParseResults(&response);
    GCJOBS_CHECK(view.ok() && view->next == "c-2", "the page is not read");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * response.body.size()));
}
BENCHMARK(BM_CursorPage);

void BM_LinkPage(benchmark::State& state) {
  const auto kind = DeclaredKindNamed(kConversationQueryKind);
  HttpResponse response =
      Answer(absl::StrCat(R"({"status":"FULFILLED","result":{"items":)", Conversations(1 << 20),
                          R"(,"nextPageLink":"/api/v2/x?page=2"}})"));
  for (auto _ : state) {
    const auto view = kind->ParseResults(&response);
    GCJOBS_CHECK(view.ok() && !view->next.empty(), "the page is not read");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * response.body.size()));
}
BENCHMARK(BM_LinkPage);

void BM_ActionStatus(benchmark::State& state) {
  const auto kind = MakeAsyncActionKind();
  const HttpResponse response = Answer(
      R"({"id":"0190c1f2-7a31-7c2e-9d10-0123456789ab","actionId":"custom_-_1a2b","status":"RUNNING",)"
      R"("dateCreated":"2026-01-01T00:00:00.000Z","selfUri":"/api/v2/integrations/actions/x"})");
  for (auto _ : state) {
    const auto report = kind->ParsePoll({}, response);
    GCJOBS_CHECK(report.ok() && report->state == v1::JOB_STATE_RUNNING, "the status is not read");
  }
}
BENCHMARK(BM_ActionStatus);

void BM_ActionStatusWithResult(benchmark::State& state) {
  const auto kind = MakeAsyncActionKind();
  const HttpResponse response = Answer(
      absl::StrCat(R"({"status":"COMPLETED","result":)", Conversations(state.range(0)), "}"));
  for (auto _ : state) {
    const auto report = kind->ParsePoll({}, response);
    GCJOBS_CHECK(report.ok() && !report->result_json.empty(), "the result is not read");
  }
}
BENCHMARK(BM_ActionStatusWithResult)->Arg(2 << 10)->Arg(200 << 10);

void BM_JobStatus(benchmark::State& state) {
  const auto kind = DeclaredKindNamed(kConversationJobKind);
  const HttpResponse response =
      Answer(R"({"state":"QUEUED","submissionDate":"2026-01-01T00:00:00.000Z","expirationDate":)"
             R"("2026-01-08T00:00:00.000Z"})");
  for (auto _ : state) {
    const auto report = kind->ParsePoll({}, response);
    GCJOBS_CHECK(report.ok() && report->state == v1::JOB_STATE_PENDING, "the status is not read");
  }
}
BENCHMARK(BM_JobStatus);

void BM_Receipt(benchmark::State& state) {
  const auto kind = MakeAsyncActionKind();
  const HttpResponse response = Answer(R"({"id":"0190c1f2-7a31-7c2e-9d10-0123456789ab"})");
  for (auto _ : state) {
    const auto receipt = kind->ParseSubmit(response);
    GCJOBS_CHECK(receipt.ok(), "the receipt is not read");
  }
}
BENCHMARK(BM_Receipt);

void BM_ErrorBody(benchmark::State& state) {
  const HttpResponse response =
      Answer(R"({"message":"The version does not match","code":"bad.version","status":400,)"
             R"("messageParams":{},"contextId":"0190c1f2-7a31","details":[],"errors":[]})");
  for (auto _ : state) {
    const ErrorBody error = ParseErrorBody(response);
    GCJOBS_CHECK(error.code == "bad.version", "the error is not read");
  }
}
BENCHMARK(BM_ErrorBody);

void BM_ActionListing(benchmark::State& state) {
  std::string entities;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&entities, i > 0 ? "," : "", R"({"id":"custom_-_)", i, R"(","name":"Action )",
                    i, R"(","integrationId":"i-1","category":"Orders","version":3,"contract":)",
                    R"({"input":{"inputSchema":{"type":"object","properties":{"id":{"type":)",
                    R"("string"}}}},"output":{}},"config":{"timeoutSeconds":20,"request":{}}})");
  }
  const std::string body = absl::StrCat(R"({"entities":[)", entities, R"(],"pageSize":100})");
  for (auto _ : state) {
    const auto page = JsonValue::Parse(body);
    GCJOBS_CHECK(page.ok(), "the page is not read");
    for (const JsonValue& entity : page->Find("entities")->Elements()) {
      benchmark::DoNotOptimize(CodecOf("").ParseEntity(entity));
    }
  }
}
BENCHMARK(BM_ActionListing);

}  // namespace
}  // namespace gcjobs
