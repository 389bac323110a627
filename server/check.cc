#include "server/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/metrics.h"
#include "common/status_macros.h"
#include "common/task.h"
#include "server/genesys/permissions.h"
#include "server/genesys/rest_genesys_client.h"
#include "server/job_kinds.h"
#include "server/net/curl_transport.h"
#include "server/net/event_loop.h"
#include "server/org_stack.h"
#include "server/rpc/auth/listener_credentials.h"
#include "server/rpc_server.h"
#include "server/scheduler/request_budget.h"
#include "server/store/data_dir.h"
#include "server/store/sqlite_handle.h"
#include "server/store/sqlite_schema.h"
#include "server/store/sqlite_store.h"

namespace gcjobs {
namespace {

using Tell = std::function<void(Finding)>;

Finding Ok(std::string what, std::string text) {
  return {Finding::Level::kOk, std::move(what), std::move(text), ""};
}

// `remedy` for an error that has none of its own.
Finding Failed(std::string what, const absl::Status& status, std::string remedy) {
  if (std::string own = GetRemedy(status); !own.empty()) remedy = std::move(own);
  return {Finding::Level::kFailed, std::move(what), std::string(status.message()),
          std::move(remedy)};
}

// The server's own.

absl::Status CheckAccess(const ServerConfig& config) {
  const AuthOptions auth = AuthOptionsOf(config);
  RETURN_IF_ERROR(CheckListener(config.listen.host, auth,
                                config.insecure ? ClearText::kAllow : ClearText::kRefuse));
  if (auth.tls()) RETURN_IF_ERROR(CheckTlsFiles(auth));
  return auth.token_file.empty() ? absl::OkStatus() : TokenTable::Load(auth.token_file).status();
}

Finding CheckListening(const ServerConfig& config) {
  const absl::Status access = CheckAccess(config);
  if (!access.ok()) {
    return Failed("listener", access, "Correct the file, or the setting that names it.");
  }
  std::string text = config.listen.ToString();
  absl::StrAppend(&text, config.tls_cert_file.empty() ? ", in clear text" : ", over TLS");
  if (!config.tls_client_ca_file.empty()) absl::StrAppend(&text, ", with client certificates");
  if (!config.tokens_file.empty()) absl::StrAppend(&text, ", with tokens");
  return Ok("listener", std::move(text));
}

// The nearest directory above a path that does not exist yet.
std::filesystem::path ExistingAncestor(std::filesystem::path path) {
  std::error_code error;
  while (!std::filesystem::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path;
}

// Creates no file: whoever checks may be another user than the server.
Finding CheckStore(const ServerConfig& config) {
  if (config.store == "memory") return Ok("store", "in memory: nothing is kept");
  const std::filesystem::path dir = std::filesystem::absolute(config.data_dir).lexically_normal();
  const std::filesystem::path there = ExistingAncestor(dir);
  if (access(there.c_str(), W_OK | X_OK) != 0) {
    return Failed("store",
                  absl::PermissionDeniedError(
                      absl::StrCat(config.data_dir, ": ", there.string(), " cannot be written")),
                  "Start the server as a user who may write there, or choose another directory by "
                  "--data-dir.");
  }
  const std::string file = (dir / SqliteStore::kFileName).string();
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return Ok("store", absl::StrCat(config.data_dir, ": empty, will be created"));
  }
  constexpr char kRestore[] = "Restore the newest backup of the data directory.";
  const auto handle = SqliteHandle::Open(file, SqliteHandle::Access::kReadOnly);
  if (!handle.ok()) return Failed("store", handle.status(), kRestore);
  const absl::Status version = CheckSchemaVersion(handle->get());
  if (!version.ok()) return Failed("store", version, kRestore);
  const auto live = (*handle)->ReadInt("SELECT count(*) FROM jobs WHERE state <= 3");
  if (!live.ok()) return Failed("store", live.status(), kRestore);
  return Ok("store", absl::StrCat(config.data_dir, ": ", *live, " jobs under way"));
}

Finding CheckKinds(const ServerConfig& config) {
  const auto kinds = MakeJobKinds(config.kind_files);
  if (!kinds.ok()) return Failed("job kinds", kinds.status(), "Correct that line.");
  return Ok("job kinds", absl::StrCat((*kinds)->List().size(), ", of them from files: ",
                                      absl::StrJoin(config.kind_files, ", ")));
}

// An organisation's.

// What gcjobs is used for, and a call that stands for it.
struct Use {
  absl::string_view what;
  absl::string_view call;
};
constexpr Use kUses[] = {
    {"running data actions", "POST /api/v2/integrations/actions/{actionId}/execute"},
    {"conversation queries", "POST /api/v2/analytics/conversations/details/query"},
    {"conversation jobs", "POST /api/v2/analytics/conversations/details/jobs"},
    {"listing data actions", "GET /api/v2/integrations/actions"},
    {"changing the time limit of a data action", "PATCH /api/v2/integrations/actions/{actionId}"},
    {"listing the data actions of flows", "GET /api/v2/flows/dataactions"},
    {"changing the time limit of a flow's data action",
     "PUT /api/v2/flows/{flowId}/dataactions/{dataActionId}"},
};

constexpr absl::Duration kPatience = absl::Seconds(15);

ApiRequest Get(const std::string& target) {
  ApiRequest request;
  request.method = "GET";
  request.target = target;
  request.timeout = kPatience;
  return request;
}

bool HasOne(const std::vector<std::string>& granted, absl::string_view permission) {
  return std::any_of(granted.begin(), granted.end(),
                     [permission](const std::string& one) { return Covers(one, permission); });
}

// Whether the call can be made with what was granted; yes when nothing is known of it.
bool Suffices(const std::vector<std::string>& granted, const CallFacts& facts) {
  if (!facts.scope.empty() && HasOne(granted, facts.scope)) return true;
  if (facts.permissions.empty()) return facts.scope.empty();
  const auto has = [&granted](const std::string& permission) {
    return HasOne(granted, permission);
  };
  return facts.needs_all ? std::all_of(facts.permissions.begin(), facts.permissions.end(), has)
                         : std::any_of(facts.permissions.begin(), facts.permissions.end(), has);
}

void TellPermissions(const std::string& org, const std::vector<std::string>& granted,
                     const Tell& tell) {
  const std::string what = absl::StrCat("permissions of ", org);
  if (granted.empty()) {
    return tell(Ok(what, "Genesys Cloud does not tell; docs/permissions.md lists what is needed"));
  }
  bool lacks = false;
  for (const Use& use : kUses) {
    const std::optional<CallFacts> facts = FindCallFacts(use.call);
    if (!facts || Suffices(granted, *facts)) continue;
    lacks = true;
    tell({Finding::Level::kWarning, what,
          absl::StrCat(std::string(use.what), ": lacks ", PermissionPhrase(*facts)),
          "If it is wanted, give it to a role of the OAuth client, or its scope to the client "
          "(Admin > Integrations > OAuth), and have the server get a new token: gcjobs admin "
          "renew-token, or SIGHUP."});
  }
  if (!lacks) tell(Ok(what, "all that gcjobs uses"));
}

// By a query about a second long ago, which both families have, and which changes
// nothing. Unset: the answer does not show it.
Task<std::optional<ApiFamily>> AskForFamily(GenesysClient* client) {
  const auto kinds = MakeJobKinds({});
  if (!kinds.ok()) co_return std::nullopt;
  const JobKind* const kind = (*kinds)->Find(kConversationQueryKind);
  ApiRequest request =
      kind->BuildSubmit({}, {R"({"interval":"2020-01-01T00:00:00.000Z/2020-01-01T00:00:01.000Z",)"
                             R"("paging":{"pageSize":1,"pageNumber":1}})"});
  request.timeout = kPatience;
  const ApiReply reply = co_await client->Call(std::move(request), kPatience);
  if (!reply.status.ok()) co_return std::nullopt;
  const auto receipt = kind->ParseSubmit(reply.response);
  co_return receipt.ok() ? receipt->family : std::nullopt;
}

Task<> CheckOrg(const OrgConfig* org, GenesysClient* client, Tell tell) {
  // 1. A token: the login host answers, and the credentials are right.
  const std::string token = absl::StrCat("token of ", org->name);
  const absl::StatusOr<absl::Time> until = co_await client->RenewToken();
  if (!until.ok()) {
    tell(Failed(token, until.status(), ""));
    co_return;
  }

  // 2. What Genesys Cloud says of it: the API answers, and the token is good there.
  const ApiReply reply = co_await client->Call(Get("/api/v2/tokens/me"), kPatience);
  const std::string api = absl::StrCat("API of ", org->name);
  const bool is_answer = reply.fate == HttpResult::Fate::kAnswered;
  if (!is_answer || reply.response.status == 401 || reply.response.status >= 500) {
    tell(Ok(token, "granted"));
    tell(Failed(api, reply.status, ""));
    co_return;
  }
  std::string organisation, owner;
  std::vector<std::string> granted;
  if (reply.status.ok()) {
    const auto found =
        FindJson(reply.response.body,
                 {{"organization", "name"}, {"OAuthClient", "name"}, {"authorizedScope"}});
    if (found.ok()) {
      organisation = StringOf((*found)[0]);
      owner = StringOf((*found)[1]);
      if ((*found)[2]) {
        for (const JsonValue& scope : (*found)[2]->Elements()) {
          granted.push_back(StringOf(scope));
        }
      }
    }
  }
  std::string text = "granted";
  if (!owner.empty()) absl::StrAppend(&text, " to ", owner);
  if (!organisation.empty()) absl::StrAppend(&text, ", organisation ", organisation);
  absl::StrAppend(&text, ", until ",
                  absl::FormatTime("%Y-%m-%d %H:%M:%SZ", *until, absl::UTCTimeZone()));
  tell(Ok(token, std::move(text)));
  tell(Ok(api, absl::StrCat(org->api_url, " answers")));

  // 3. What it may do.
  TellPermissions(org->name, granted, tell);

  // 4. Which family of APIs it speaks.
  const std::string profile = absl::StrCat("profile of ", org->name);
  std::optional<ApiFamily> family = org->profile;
  if (!family) family = co_await AskForFamily(client);
  if (family == ApiFamily::kGuides) {
    tell(Ok(profile, "guides: conversation queries run there and are polled"));
  } else if (family == ApiFamily::kOfficial) {
    tell(Ok(profile, "official: conversation queries are answered at once; large ones are jobs"));
  } else {
    tell(Ok(profile, "not known yet: the first action or query will show it"));
  }
}

// All that a client needs, for as long as the check takes.
struct OrgClient {
  OrgClient(const OrgConfig& org, HttpTransport* transport, EventLoop* loop, Metrics* metrics)
      : budget(RequestBudget::Options(), loop->clock()),
        families(FamilyBudgets::Options(), loop->clock()),
        client(ClientOptions(org), {transport, &budget, &families, loop, metrics}) {}

  RequestBudget budget;
  FamilyBudgets families;
  RestGenesysClient client;
};

absl::Status CheckOrgs(const ServerConfig& config, const Tell& tell) {
  CurlTransport::Options options;
  options.ca_file = config.upstream_ca_file;
  options.proxy = config.upstream_proxy;
  ASSIGN_OR_RETURN(const auto transport, CurlTransport::Create(options));
  EventLoop loop(RealClock(), transport.get());
  Metrics metrics;
  std::vector<std::unique_ptr<OrgClient>> clients;
  for (const OrgConfig& org : config.orgs) {
    clients.push_back(std::make_unique<OrgClient>(org, transport.get(), &loop, &metrics));
  }
  // One after the other, so that the lines of one stand together.
  const auto check_all = [&]() -> Task<> {
    for (size_t i = 0; i < clients.size(); ++i) {
      co_await CheckOrg(&config.orgs[i], &clients[i]->client, tell);
    }
    loop.Stop();
  };
  loop.Post([&check_all] { Spawn(check_all()); });
  loop.Run();
  return absl::OkStatus();
}

}  // namespace

std::string Describe(const Finding& finding) {
  constexpr const char* kLevels[] = {"ok", "warning", "failed"};
  std::string text = absl::StrFormat("%-7s  %-24s  %s\n", kLevels[static_cast<int>(finding.level)],
                                     finding.what, finding.text);
  if (!finding.remedy.empty()) absl::StrAppend(&text, "         ", finding.remedy, "\n");
  return text;
}

bool Check(const ServerConfig& config, const std::function<void(const Finding&)>& tell) {
  bool failed = false;
  const Tell note = [&](const Finding& finding) {
    failed = failed || finding.level == Finding::Level::kFailed;
    tell(finding);
  };
  note(CheckListening(config));
  note(CheckStore(config));
  if (!config.kind_files.empty()) note(CheckKinds(config));
  const absl::Status orgs = CheckOrgs(config, note);
  if (!orgs.ok()) note(Failed("way to Genesys Cloud", orgs, "Correct --upstream-ca."));
  return !failed;
}

bool Covers(absl::string_view granted, absl::string_view permission) {
  const std::vector<absl::string_view> has = absl::StrSplit(granted, ':');
  const std::vector<absl::string_view> wants = absl::StrSplit(permission, ':');
  if (has.size() == 2 && has[1] == "readonly") {
    return has[0] == wants[0] && (wants.back() == "view" || wants.back() == "read");
  }
  if (has.size() > wants.size()) return false;
  return std::equal(has.begin(), has.end(), wants.begin(),
                    [](absl::string_view ours, absl::string_view theirs) {
                      return ours == "*" || absl::EqualsIgnoreCase(ours, theirs);
                    });
}

}  // namespace gcjobs
