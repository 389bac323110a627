#ifndef GCJOBS_TESTS_SIMULATOR_LISTING_H_
#define GCJOBS_TESTS_SIMULATOR_LISTING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/http_message.h"

namespace gcjobs::sim {

// Which page of a list is asked for.
struct Page {
  int size = 25;
  int number = 1;  // from 1
};

// Reads pageSize (1 to 100; the largest that official clients use) and
// pageNumber. INVALID_ARGUMENT.
absl::StatusOr<Page> ParsePage(const QueryParams& query);

// The platform's EntityListing: the page's part of `entities` (JSON texts, the
// whole list) with total, pageCount and the URIs of other pages, which repeat
// the other parameters of `query`. A page behind the end is empty.
std::string ListingJson(const std::vector<std::string>& entities, const Page& page,
                        absl::string_view path, const QueryParams& query);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_LISTING_H_
