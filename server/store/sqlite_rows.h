#ifndef GCJOBS_SERVER_STORE_SQLITE_ROWS_H_
#define GCJOBS_SERVER_STORE_SQLITE_ROWS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/store/store_errors.h"

namespace gcjobs {

// Between the schema's columns and our types.

// Times beyond the years 1678 to 2262 become the nearest that fits.
inline int64_t ToColumn(absl::Time time) { return absl::ToUnixNanos(time); }

// DATA_LOSS/STORE_CORRUPT when the bytes are no such message.
template <typename Message>
absl::StatusOr<Message> ParseColumn(absl::string_view bytes, absl::string_view key) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return StoreCorruptError(absl::StrCat(message.GetTypeName(), " of ", key, " cannot be parsed"));
  }
  return message;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_ROWS_H_
