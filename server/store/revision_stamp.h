#ifndef GCJOBS_SERVER_STORE_REVISION_STAMP_H_
#define GCJOBS_SERVER_STORE_REVISION_STAMP_H_

#include <string>
#include <utility>

#include "absl/time/time.h"

#include "server/store/write.h"

namespace gcjobs {

// A file beside the database that says how far the database had come. A backup that
// is copied over the database does not replace it, so that the next start sees that
// the database is older than it was. It says too little rather than too much: it is
// written now and then, after commits that are durable, and nobody syncs it. One
// thread at a time.
class RevisionStamp {
 public:
  // Empty: there is none, and nothing is kept.
  explicit RevisionStamp(std::string path) : path_(std::move(path)) {}

  // The revision that was last kept; 0 when none was.
  Revision Read() const;

  // Keeps `head`, if the last time is some seconds ago. Failures are of no
  // consequence but that a restored backup may go unnoticed.
  void MayWrite(Revision head, absl::Time now);
  // The same at once.
  void Write(Revision head);

 private:
  const std::string path_;
  Revision written_ = 0;
  absl::Time next_write_ = absl::InfinitePast();
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_REVISION_STAMP_H_
