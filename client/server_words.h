#ifndef GCJOBS_CLIENT_SERVER_WORDS_H_
#define GCJOBS_CLIENT_SERVER_WORDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// The message of an error of gcjobsd, with the options of the command line in
// place of the request's fields, which its users have never seen:
//   options.wait: must be 0 to 1m  ->  --wait: must be 0 to 1m
//   ... with QUERY_ENDPOINT_JOBS   ->  ... with --endpoint jobs
// What Genesys Cloud says stays as it is.
std::string InWordsOfTheCommandLine(const absl::Status& status);

// The same for another text of gcjobsd's, such as an error's remedy; a call
// becomes its command: `ListJobKinds has them` -> `gcjobs kinds has them`.
std::string InWordsOfTheCommandLine(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_SERVER_WORDS_H_
