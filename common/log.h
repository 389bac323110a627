#ifndef GCJOBS_COMMON_LOG_H_
#define GCJOBS_COMMON_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// One named value of a log line. Never a token, a secret or a payload.
class LogField {
 public:
  LogField(absl::string_view key, absl::string_view value);
  LogField(absl::string_view key, const char* value);
  LogField(absl::string_view key, const std::string& value);
  LogField(absl::string_view key, int value);
  LogField(absl::string_view key, int64_t value);
  LogField(absl::string_view key, uint64_t value);
  LogField(absl::string_view key, bool value);
  LogField(absl::string_view key, absl::Duration value);  // seconds, as a number
  LogField(absl::string_view key, const absl::Status& value);

  const std::string& key() const { return key_; }
  const std::string& text() const { return text_; }  // as in a text line
  const std::string& json() const { return json_; }  // as in a JSON line

 private:
  std::string key_;
  std::string text_;
  std::string json_;
};

// Writes one line to stderr: time, level, event name and fields. `event` is a
// constant in snake_case, for searching: `job_transition`, not a sentence.
// Thread-safe.
void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields = {});

// Whether Log writes lines of that level: for those that are costly to make.
bool IsLogged(LogLevel level);

// Sets what is logged and how; at first kInfo and kText. Thread-safe.
void ConfigureLog(LogLevel level, LogFormat format);

// From now on lines are handed to a LogWriter, so that nobody ever waits for the
// reader of stderr: for servers, once. Without it Log writes by itself. The thread
// is never joined: until the process ends, somebody may have something to say.
void StartLogThread();

// Waits until the lines so far have been written, for so long at most: before the
// process ends.
void FlushLog(absl::Duration at_most);

// Lines that were lost because nobody read them in time.
uint64_t DroppedLogLines();

// The line that Log writes in `format`, without its end.
std::string FormatLogLine(LogFormat format, absl::Time now, LogLevel level, absl::string_view event,
                          std::initializer_list<LogField> fields);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_LOG_H_
