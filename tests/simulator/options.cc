#include "tests/simulator/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/simulator/help_text.h"
#include "tests/simulator/sim_directive.h"

namespace gcjobs::sim {
namespace {

constexpr int kUsageError = 2;

// Options that are parsed by hand, as they were typed.
struct Texts {
  std::string listen = "127.0.0.1:0";
  std::string token_lifetime = "24h";
  std::string durations;
  std::string queued;
  std::vector<std::string> action_durations;
  std::vector<std::string> kind_files;
};

void AddServerOptions(CLI::App* app, CommandLine* line, Texts* texts) {
  app->add_option("--listen", texts->listen, "HOST:PORT; port 0 picks a free one")
      ->capture_default_str();
  app->add_option("--threads", line->http.threads, "connections served at a time")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app->add_option("--log", line->simulator.log_path,
                  "append every API request here, as JSON lines");
}

void AddOAuthOptions(CLI::App* app, CommandLine* line, Texts* texts) {
  app->add_option("--client-id", line->simulator.oauth.client_id, "accept this client alone");
  app->add_option("--client-secret", line->simulator.oauth.client_secret,
                  "accept this secret alone");
  app->add_option("--token-lifetime", texts->token_lifetime, "such as 10s, 5m, 24h")
      ->capture_default_str();
}

void AddWorkOptions(CLI::App* app, CommandLine* line, Texts* texts) {
  SimulatorOptions& options = line->simulator;
  app->add_option("--seed", options.seed, "actions, durations and failures follow from it")
      ->capture_default_str();
  app->add_option("--speed", options.speed,
                  "simulated seconds of work per second; tokens and rate limit keep real time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_option("--durations", texts->durations,
                  absl::StrCat("DURATIONS of the work (", options.durations.spec(), ")"));
  app->add_option("--queued", texts->queued,
                  absl::StrCat("DURATIONS before it starts (", options.queued.spec(), ")"));
  app->add_option("--action-durations", texts->action_durations,
                  "ACTION=DURATIONS for one action, by id or name; may be repeated");
}

void AddApiOptions(CLI::App* app, CommandLine* line) {
  static const std::map<std::string, RateWindow> kWindows = {{"fixed", RateWindow::kFixed},
                                                             {"sliding", RateWindow::kSliding}};
  static const std::map<std::string, ExecutionIdField> kFields = {
      {"id", ExecutionIdField::kId},
      {"executionId", ExecutionIdField::kExecutionId},
      {"jobId", ExecutionIdField::kJobId},
      {"location", ExecutionIdField::kLocation}};
  static const std::map<std::string, ConflictStyle> kConflicts = {{"409", ConflictStyle::k409},
                                                                  {"400", ConflictStyle::k400}};
  static const std::map<std::string, ApiProfile> kProfiles = {{"both", ApiProfile::kBoth},
                                                              {"guides", ApiProfile::kGuides},
                                                              {"official", ApiProfile::kOfficial}};
  SimulatorOptions& options = line->simulator;
  app->add_option("--profile", options.profile,
                  "which API it speaks: the guides', the official one, or what both have (both)")
      ->transform(CLI::CheckedTransformer(kProfiles).description(""))
      ->type_name("both|guides|official");
  app->add_option("--rate-limit", options.rate_limit, "requests per token in 60 s; 0: no limit")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app->add_option("--rate-window", options.rate_window,
                  "fixed: 60 s from a token's first request; sliding: any 60 s (fixed)")
      ->transform(CLI::CheckedTransformer(kWindows).description(""))
      ->type_name("fixed|sliding");
  app->add_option("--execution-id-field", options.execution_id_field,
                  "where an accepted job's id is (id)")
      ->transform(CLI::CheckedTransformer(kFields).description(""))
      ->type_name("id|executionId|jobId|location");
  app->add_option("--conflict-style", options.conflict_style, "status of a version conflict (409)")
      ->transform(CLI::CheckedTransformer(kConflicts).description(""))
      ->type_name("409|400");
}

void AddJobOptions(CLI::App* app, CommandLine* line, Texts* texts) {
  ResultPlan& results = line->simulator.results;
  app->add_option("--kinds", texts->kind_files,
                  "more job kinds, as gcjobsd's --kinds; may be repeated");
  app->add_option("--result-pages", results.pages, "pages of a job's results")
      ->check(CLI::Range(0, kMaxResultPages))
      ->capture_default_str();
  app->add_option("--items-per-page", results.items_per_page,
                  "the most items that a page has, however many are asked for")
      ->check(CLI::Range(1, kMaxItemsPerPage))
      ->capture_default_str();
  app->add_option("--page-bytes", results.page_bytes,
                  "what such a page weighs, about; 0: as its items come")
      ->check(CLI::Range(0, kMaxPageBytes))
      ->capture_default_str();
}

absl::Status ParseListen(absl::string_view text, HttpServer::Options* http) {
  const size_t colon = text.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("--listen '", text, "' is not HOST:PORT"));
  }
  http->host = std::string(text.substr(0, colon));
  http->port = port;
  return absl::OkStatus();
}

absl::Status ParseLaw(absl::string_view text, DurationLaw* law) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<DurationLaw> parsed = DurationLaw::Parse(text);
  if (!parsed.ok()) return parsed.status();
  *law = *std::move(parsed);
  return absl::OkStatus();
}

absl::Status ParseActionLaw(absl::string_view text, SimulatorOptions* options) {
  const size_t equals = text.rfind('=');
  if (equals == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("--action-durations '", text, "' is not ACTION=DURATIONS"));
  }
  const absl::StatusOr<DurationLaw> law = DurationLaw::Parse(text.substr(equals + 1));
  if (!law.ok()) return law.status();
  options->action_durations.emplace_back(std::string(text.substr(0, equals)), *law);
  return absl::OkStatus();
}

absl::Status ReadKinds(const std::vector<std::string>& files, SimulatorOptions* options) {
  absl::StatusOr<std::vector<KindSpec>> kinds = LoadKinds(files);
  if (!kinds.ok()) return kinds.status();
  options->kinds = *std::move(kinds);
  return absl::OkStatus();
}

absl::Status ParseTexts(const Texts& texts, CommandLine* line) {
  SimulatorOptions& options = line->simulator;
  absl::Status status = ParseListen(texts.listen, &line->http);
  if (!absl::ParseDuration(texts.token_lifetime, &options.token_lifetime) ||
      options.token_lifetime <= absl::ZeroDuration()) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("--token-lifetime '", texts.token_lifetime, "' is no duration above 0")));
  }
  status.Update(ParseLaw(texts.durations, &options.durations));
  status.Update(ParseLaw(texts.queued, &options.queued));
  for (const std::string& text : texts.action_durations) {
    status.Update(ParseActionLaw(text, &options));
  }
  status.Update(ReadKinds(texts.kind_files, &options));
  return status;
}

void ExitWith(int code, std::string output, CommandLine* line) {
  line->exit_now = true;
  line->exit_code = code;
  line->output = std::move(output);
}

}  // namespace

CommandLine ParseCommandLine(std::vector<std::string> arguments) {
  CommandLine line;
  Texts texts;
  CLI::App app(kHelpDescription, "gcjobs-sim");
  app.footer(kHelpFooter);
  AddServerOptions(&app, &line, &texts);
  AddOAuthOptions(&app, &line, &texts);
  AddWorkOptions(&app, &line, &texts);
  AddApiOptions(&app, &line);
  AddJobOptions(&app, &line, &texts);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    ExitWith(0, app.help(), &line);
    return line;
  } catch (const CLI::ParseError& error) {
    ExitWith(kUsageError, absl::StrCat(error.what(), "\n"), &line);
    return line;
  }
  const absl::Status status = ParseTexts(texts, &line);
  if (!status.ok()) ExitWith(kUsageError, absl::StrCat(status.message(), "\n"), &line);
  return line;
}

}  // namespace gcjobs::sim
