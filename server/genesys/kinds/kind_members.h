#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_MEMBERS_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_MEMBERS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "server/genesys/kinds/kind_file_text.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// What stands in a kind with `each` for its values.
inline constexpr absl::string_view kVariable = "*";

// Methods of calls that only look, and of calls that change something. Without
// GET: the transport may send that one twice by itself (curl_handle.cc).
inline constexpr absl::string_view kReadMethods[] = {"GET"};
inline constexpr absl::string_view kChangeMethods[] = {"POST", "PUT", "PATCH", "DELETE"};

// Reads what several parts of a kind are made of: calls, bodies and fields.
// What is wrong is told to the file.
class KindMembers {
 public:
  // `variant` is the value of `each` that the kind is made of, or empty. Both
  // must outlive this.
  KindMembers(absl::string_view variant, KindFileText* file) : variant_(variant), file_(file) {}

  // `text` with the variant in place of each `*`.
  std::string Vary(absl::string_view text) const;

  // The member `call`, which must be there.
  CallSpec GetCall(const KindFileObject& object, absl::Span<const absl::string_view> methods) const;

  // The same, of a job that Genesys Cloud took: its path has `{upstream_id}`,
  // and besides that only what the path of `submit` has.
  CallSpec GetJobCall(const KindFileObject& object, absl::Span<const absl::string_view> methods,
                      const CallSpec& submit) const;

  // The member `body`, an object, as it is spelt; "" when it is missing.
  std::string FindBody(const KindFileObject& object) const;

  // A field such as `job.status`, which must be there, or which may be missing:
  // then it is empty.
  JsonPath GetField(const KindFileObject& object, absl::string_view name) const;
  JsonPath FindField(const KindFileObject& object, absl::string_view name) const;

 private:
  const absl::string_view variant_;
  KindFileText* const file_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_MEMBERS_H_
