#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/json_edit.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kActions = "/api/v2/integrations/actions/";
constexpr absl::Duration kUnit = absl::Seconds(1);
constexpr absl::Duration kMinTimeout = absl::Seconds(1);
constexpr absl::Duration kMaxTimeout = absl::Seconds(60);

// Appends `"name":value` as it was read, where it was read at all.
void CopyMember(const JsonValue& from, absl::string_view name, std::string* to) {
  const std::optional<JsonValue> value = from.Find(name);
  if (value) absl::StrAppend(to, "\"", name, "\":", value->raw(), ",");
}

// Integration actions: `config.timeoutSeconds`, written by a PATCH that names
// the version read. A PATCH replaces `config` as a whole, so that all of it
// goes back.
class IntegrationCodec final : public ActionCodec {
 public:
  ApiRequest BuildRead(const ActionRef& action) const override {
    ApiRequest request;
    request.method = "GET";
    request.target = absl::StrCat(kActions, PercentEncode(action.action_id), "?includeConfig=true");
    return request;
  }

  absl::Status CheckRange(const ActionRef& action, absl::Duration timeout) const override {
    return CheckTimeout(action, timeout, kMinTimeout, kMaxTimeout, kUnit);
  }

  absl::Status CheckRangeOf(const ActionRecord&, const ActionRef&, absl::Duration) const override {
    return absl::OkStatus();
  }

  absl::Duration default_timeout() const override { return absl::Seconds(60); }

  std::vector<std::string> NotesOn(const ActionRecord&) const override { return {}; }

  absl::StatusOr<ApiRequest> BuildWrite(const ActionRef& action, const ActionRecord& record,
                                        absl::Duration timeout) const override {
    const absl::StatusOr<JsonValue> body = JsonValue::Parse(record.body);
    if (!body.ok()) return BadAction(action, body.status().message());
    const std::optional<JsonValue> config = body->Find("config");
    // Without it the write would wipe out what the action does.
    if (!config || !config->Is(JsonValue::Type::kObject)) {
      return BadAction(action, "there is no `config`");
    }
    if (!record.version) return BadAction(action, "there is no `version`");
    const absl::StatusOr<std::string> new_config =
        SetJsonMember(*config, {"timeoutSeconds"}, absl::StrCat(absl::ToInt64Seconds(timeout)));
    if (!new_config.ok()) return BadAction(action, new_config.status().message());

    ApiRequest request;
    request.method = "PATCH";
    request.target = absl::StrCat(kActions, PercentEncode(action.action_id));
    request.body = "{";
    CopyMember(*body, "category", &request.body);
    CopyMember(*body, "name", &request.body);
    absl::StrAppend(&request.body, "\"config\":", *new_config,
                    ",\"version\":", body->Find("version")->raw(), "}");
    return request;
  }

 protected:
  void ReadOwn(const JsonValue& action, ActionRecord* record) const override {
    record->category = StringMember(action, "category");
    record->integration_id = StringMember(action, "integrationId");
    const std::optional<JsonValue> config = action.Find("config");
    if (config) ReadTimeout(config->Find("timeoutSeconds"), kUnit, record);
  }

  absl::string_view read_name() const override { return "read integration action"; }
};

}  // namespace

const ActionCodec& IntegrationActionCodec() {
  static const auto* const codec = new IntegrationCodec;
  return *codec;
}

}  // namespace gcjobs
