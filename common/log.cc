#include "common/log.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/log_writer.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kText};
// Null: lines are written where they are made. Never destroyed once it is there.
std::atomic<LogWriter*> g_writer{nullptr};

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
  if (!IsLogged(level)) return;
  std::string line = FormatLogLine(g_format, absl::Now(), level, event, fields) + "\n";
  if (LogWriter* const writer = g_writer) {
    writer->Write(std::move(line));
  } else {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
}

bool IsLogged(LogLevel level) { return level >= g_level; }

void ConfigureLog(LogLevel level, LogFormat format) {
  g_level = level;
  g_format = format;
}

void StartLogThread() {
  LogWriter::Options options;
  options.describe_gap = [](uint64_t lines) {
    return FormatLogLine(g_format, absl::Now(), LogLevel::kWarning, "log_lines_dropped",
                         {{"lines", lines}}) +
           "\n";
  };
  g_writer = new LogWriter(STDERR_FILENO, std::move(options));
}

void FlushLog(absl::Duration at_most) {
  if (LogWriter* const writer = g_writer) writer->Flush(at_most);
}

uint64_t DroppedLogLines() {
  const LogWriter* const writer = g_writer;
  return writer == nullptr ? 0 : writer->dropped();
}

}  // namespace gcjobs
