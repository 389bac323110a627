#ifndef GCJOBS_SERVER_STORE_SQLITE_LIST_H_
#define GCJOBS_SERVER_STORE_SQLITE_LIST_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

#include "server/store/job_query.h"
#include "server/store/sqlite_query.h"

namespace gcjobs {

// The SELECT of a JobQuery: rows `record` in the query's order, after its
// position, narrowed by all of the filter but the labels. It has no LIMIT: the
// reader stops when its page is full.
class ListStatement {
 public:
  // `query` outlives this.
  explicit ListStatement(const JobQuery& query);

  const std::string& sql() const { return sql_; }
  // The index that the rows come from, in its order: nothing is sorted.
  absl::string_view index() const { return index_; }
  void BindTo(SqliteQuery* statement) const;

 private:
  using Value = std::variant<int64_t, absl::string_view>;

  void AddCondition(absl::string_view condition, std::vector<Value> values);
  void AddPosition(const JobQuery& query);
  void AddFilter(const v1::JobFilter& filter);
  template <typename List>
  void AddChoice(absl::string_view column, const List& values);

  absl::string_view index_;
  std::string sql_;
  std::vector<std::string> conditions_;
  std::vector<Value> values_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_LIST_H_
