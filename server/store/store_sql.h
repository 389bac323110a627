#ifndef GCJOBS_SERVER_STORE_STORE_SQL_H_
#define GCJOBS_SERVER_STORE_STORE_SQL_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "server/store/job_query.h"
#include "server/store/store_errors.h"

namespace gcjobs {

// The store's reads as SQL, and how columns become our types: what any SQL
// database can answer over the tables of sqlite_schema.h. Parameters are $1, $2
// ... in the order in which they first appear.

// One SQL statement, a constant beside the code that runs it.
struct SqlText {
  const char* step;   // for error messages: what the statement is for
  const char* text;   // the SQL
  const char* index;  // how it finds its rows, as EXPLAIN QUERY PLAN words it; null = no rows
};

namespace sql {

inline constexpr SqlText kGetJob{"get job", "SELECT record FROM jobs WHERE job_id = $1",
                                 "PRIMARY KEY"};
inline constexpr SqlText kGetSubmission{
    "get submission", "SELECT submission FROM submissions WHERE job_id = $1", "PRIMARY KEY"};
inline constexpr SqlText kGetDocument{"get document", "SELECT bytes FROM documents WHERE name = $1",
                                      "PRIMARY KEY"};
inline constexpr SqlText kListLive{"list live jobs",
                                   "SELECT record FROM jobs WHERE state <= 3"
                                   " AND (create_time, job_id) > ($1, $2)"
                                   " ORDER BY create_time, job_id LIMIT $3",
                                   "jobs_live"};
inline constexpr SqlText kListExpired{"list expired jobs",
                                      "SELECT job_id, revision FROM jobs WHERE expire_time <= $1"
                                      " ORDER BY expire_time, job_id LIMIT $2",
                                      "jobs_by_expire_time"};
inline constexpr SqlText kReadEvents{"read events",
                                     "SELECT revision, event FROM events WHERE revision > $1"
                                     " ORDER BY revision",
                                     "INTEGER PRIMARY KEY"};
inline constexpr SqlText kReadJobEvents{"read job's events",
                                        "SELECT revision, event FROM events"
                                        " WHERE job_id = $1 AND revision > $2 ORDER BY revision",
                                        "events_by_job"};
// The head is the largest of the first three; the second is null without events.
inline constexpr SqlText kReadRange{
    "read revision range",
    "SELECT compacted, (SELECT max(revision) FROM events), lost_before FROM meta", "SEARCH events"};
inline constexpr SqlText kReadLost{
    "read lost revisions", "SELECT lost_after, lost_before FROM meta WHERE id = 1", "SEARCH meta"};

inline constexpr const SqlText* kReads[] = {&kGetJob,        &kGetSubmission, &kGetDocument,
                                            &kListLive,      &kListExpired,   &kReadEvents,
                                            &kReadJobEvents, &kReadRange,     &kReadLost};

}  // namespace sql

// The SELECT of a JobQuery: rows `record` in the query's order, after its
// position, narrowed by all of the filter but the labels. It has no LIMIT: the
// reader stops when its page is full.
class ListStatement {
 public:
  using Value = std::variant<int64_t, absl::string_view>;

  // `query` outlives this.
  explicit ListStatement(const JobQuery& query);

  const std::string& text() const { return text_; }
  // The values of $1, $2 ... .
  const std::vector<Value>& values() const { return values_; }
  // The index that the rows come from, in its order: nothing is sorted.
  absl::string_view index() const { return index_; }

 private:
  // The text of a parameter, "$1" ..., with that value.
  std::string Mark(Value value);
  void AddPosition(const JobQuery& query);
  void AddFilter(const v1::JobFilter& filter);
  template <typename List>
  void AddChoice(absl::string_view column, const List& values);

  absl::string_view index_;
  std::string text_;
  std::vector<std::string> conditions_;
  std::vector<Value> values_;
};

// Times beyond the years 1678 to 2262 become the nearest that fits.
inline int64_t ToColumn(absl::Time time) { return absl::ToUnixNanos(time); }

// DATA_LOSS/STORE_CORRUPT when the bytes are not such a message; `key` says
// whose they are.
template <typename Message>
absl::StatusOr<Message> ParseColumn(absl::string_view bytes, absl::string_view key) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return StoreCorruptError(absl::StrCat(message.GetTypeName(), " of ", key, " cannot be parsed"));
  }
  return message;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_SQL_H_
