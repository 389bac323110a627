#include "tests/integration/support/simulator_process.h"

#include <httplib.h>
#include <rapidjson/document.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/check.h"

namespace gcjobs::testing {
namespace {

ChildProcess::Options CommandOf(std::vector<std::string> arguments) {
  ChildProcess::Options options;
  options.argv = {Binary("gcjobs-sim"), "--listen", "127.0.0.1:0", "--rate-limit", "0"};
  for (std::string& argument : arguments) options.argv.push_back(std::move(argument));
  return options;
}

std::string Text(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return "";
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

double Number(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsNumber() ? member->value.GetDouble() : 0;
}

SeenRequest ParseLine(const std::string& line) {
  rapidjson::Document json;
  json.Parse(line.data(), line.size());
  GCJOBS_CHECK(!json.HasParseError() && json.IsObject(), "log line ", line);
  SeenRequest seen;
  seen.time = Number(json, "time");
  seen.method = Text(json, "method");
  seen.path = Text(json, "path");
  seen.query = Text(json, "query");
  seen.route_class = Text(json, "class");
  seen.client_id = Text(json, "client");
  seen.body = Text(json, "request_body");
  seen.action_id = Text(json, "action_id");
  seen.execution_id = Text(json, "execution_id");
  seen.status = static_cast<int>(Number(json, "status"));
  return seen;
}

}  // namespace

std::string Binary(const std::string& name) { return std::string(GCJOBS_BIN_DIR "/") + name; }

SimulatorProcess::SimulatorProcess(std::vector<std::string> arguments)
    : process_(CommandOf(std::move(arguments))) {
  address_ = process_.AwaitLine("listening on ");
  GCJOBS_CHECK(!address_.empty(), "gcjobs-sim did not start: ", process_.errors());
}

std::string SimulatorProcess::Post(const std::string& path, const std::string& json) {
  httplib::Client client(url());
  const auto result = client.Post(path.c_str(), json, "application/json");
  GCJOBS_CHECK(result && result->status < 300, "POST ", path, " ", json, ": ",
               result ? result->body : "no answer");
  return result->body;
}

void SimulatorProcess::ClearFaults() {
  httplib::Client client(url());
  const auto result = client.Delete("/__sim/faults");
  GCJOBS_CHECK(result && result->status < 300, "DELETE /__sim/faults");
}

std::string SimulatorProcess::Get(const std::string& path) {
  httplib::Client client(url());
  const auto result = client.Get(path.c_str());
  GCJOBS_CHECK(result && result->status == 200, "GET ", path);
  return result->body;
}

std::vector<SeenRequest> SimulatorProcess::Seen() {
  std::vector<SeenRequest> seen;
  const std::string log = Get("/__sim/log?after=0");
  for (const absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    seen.push_back(ParseLine(std::string(line)));
  }
  return seen;
}

std::vector<SeenRequest> SimulatorProcess::Seen(
    const std::function<bool(const SeenRequest&)>& wanted) {
  std::vector<SeenRequest> matching;
  for (SeenRequest& request : Seen()) {
    if (wanted(request)) matching.push_back(std::move(request));
  }
  return matching;
}

std::vector<SeenRequest> SimulatorProcess::Submissions() {
  return Seen([](const SeenRequest& request) {
    return request.method != "GET" && request.route_class == "submit";
  });
}

std::vector<SeenRequest> SimulatorProcess::Polls() {
  return Seen([](const SeenRequest& request) {
    return request.method == "GET" && absl::StrContains(request.path, "/executions/");
  });
}

}  // namespace gcjobs::testing
