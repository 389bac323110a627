#include "common/log.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

// spdlog's own JSON pattern does not escape, so lines are made here and spdlog
// writes them as they are.
spdlog::logger& Sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("gcjobs",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::atomic<LogFormat> g_format{LogFormat::kText};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string JsonString(absl::string_view text) {
  const std::string valid = ToValidUtf8(text);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  return std::string(buffer.GetString(), buffer.GetSize());
}

// In a text line a value is quoted when it would not stand as one word.
std::string TextValue(absl::string_view text) {
  for (const char c : text) {
    if (c == ' ' || c == '"' || c == '=' || static_cast<unsigned char>(c) < 0x20) {
      return JsonString(text);
    }
  }
  return text.empty() ? "\"\"" : ToValidUtf8(text);
}

}  // namespace

LogField::LogField(absl::string_view key, absl::string_view value)
    : key_(key), text_(TextValue(value)), json_(JsonString(value)) {}
LogField::LogField(absl::string_view key, const char* value)
    : LogField(key, absl::string_view(value)) {}
LogField::LogField(absl::string_view key, const std::string& value)
    : LogField(key, absl::string_view(value)) {}
LogField::LogField(absl::string_view key, int value) : LogField(key, int64_t{value}) {}
LogField::LogField(absl::string_view key, int64_t value)
    : key_(key), text_(absl::StrCat(value)), json_(text_) {}
LogField::LogField(absl::string_view key, uint64_t value)
    : key_(key), text_(absl::StrCat(value)), json_(text_) {}
LogField::LogField(absl::string_view key, bool value)
    : key_(key), text_(value ? "true" : "false"), json_(text_) {}
LogField::LogField(absl::string_view key, absl::Duration value)
    : key_(key), text_(absl::StrFormat("%.12g", absl::ToDoubleSeconds(value))), json_(text_) {
  // JSON has no infinity.
  if (value == absl::InfiniteDuration() || value == -absl::InfiniteDuration()) json_ = "null";
}
LogField::LogField(absl::string_view key, const absl::Status& value)
    : LogField(key, absl::string_view(absl::StrCat(absl::StatusCodeToString(value.code()), ": ",
                                                   value.message()))) {}

std::string FormatLogLine(LogFormat format, absl::Time now, LogLevel level, absl::string_view event,
                          std::initializer_list<LogField> fields) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", now, absl::UTCTimeZone());
  std::string line;
  if (format == LogFormat::kJson) {
    line = absl::StrCat("{\"time\":\"", time, "\",\"level\":\"", Name(level),
                        "\",\"event\":", JsonString(event));
    for (const LogField& field : fields) {
      absl::StrAppend(&line, ",", JsonString(field.key()), ":", field.json());
    }
    return line + "}";
  }
  line = absl::StrCat(time, " ", Name(level), " ", event);
  for (const LogField& field : fields) absl::StrAppend(&line, " ", field.key(), "=", field.text());
  return line;
}

void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  spdlog::logger& sink = Sink();
  if (!sink.should_log(ToSpdlog(level))) return;
  sink.log(ToSpdlog(level),
           spdlog::string_view_t(FormatLogLine(g_format, absl::Now(), level, event, fields)));
}

void ConfigureLog(LogLevel level, LogFormat format) {
  g_format = format;
  Sink().set_level(ToSpdlog(level));
}

}  // namespace gcjobs
