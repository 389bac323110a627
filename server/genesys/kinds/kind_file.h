#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/genesys/kinds/kind_path.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// Kind files: job kinds as JSON. The one that is built into the program,
// job_kinds.json, is also the format's example; docs/job-kinds.md describes it.

// The kinds of a file's text. `file` is its name, for errors.
// INVALID_ARGUMENT/INVALID_KIND_FILE says `FILE:LINE: what is wrong` for the
// first thing that is: text that is not JSON; a member that is unknown, missing,
// repeated or of the wrong type; a path that cannot be one; a `{name}` in a
// status, results or cancel path that the submit path does not have; a state
// that does not exist; a reserved name (`action.`); a kind that is declared
// twice. The metadata has `file` and `line`.
absl::StatusOr<std::vector<KindSpec>> ParseKindFile(absl::string_view file, absl::string_view text);

// The text of the built-in file.
absl::string_view BuiltInKindFile();

// The built-in kinds and then those of the files, which may replace built-in
// ones of the same name. Errors: as ParseKindFile; NOT_FOUND/
// KIND_FILE_NOT_READABLE when a file cannot be read; INVALID_ARGUMENT/
// INVALID_KIND_FILE when two files have a kind of the same name.
absl::StatusOr<std::vector<KindSpec>> LoadKinds(const std::vector<std::string>& files);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_H_
