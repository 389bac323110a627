#include "tests/simulator/listing.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

constexpr int kMaxPageSize = 100;
constexpr int kMaxPageNumber = 1'000'000;  // keeps page arithmetic far from overflow

absl::Status ReadPositive(const QueryParams& query, const std::string& name, int max, int* value) {
  const std::optional<std::string> text = FindParam(query, name);
  if (!text.has_value()) return absl::OkStatus();
  if (!absl::SimpleAtoi(*text, value) || *value < 1 || *value > max) {
    return absl::InvalidArgumentError(absl::StrCat("Value [", *text,
                                                   "] is not valid for parameter [", name,
                                                   "]. Allowable values are: 1 to ", max));
  }
  return absl::OkStatus();
}

std::string PageUri(absl::string_view path, const QueryParams& query, int size, int number) {
  std::string uri = absl::StrCat(path, "?pageSize=", size, "&pageNumber=", number);
  for (const auto& [name, value] : query) {
    if (name == "pageSize" || name == "pageNumber") continue;
    absl::StrAppend(&uri, "&", PercentEncode(name), "=", PercentEncode(value));
  }
  return uri;
}

}  // namespace

absl::StatusOr<Page> ParsePage(const QueryParams& query) {
  Page page;
  absl::Status status = ReadPositive(query, "pageSize", kMaxPageSize, &page.size);
  status.Update(ReadPositive(query, "pageNumber", kMaxPageNumber, &page.number));
  if (!status.ok()) return status;
  return page;
}

std::string ListingJson(const std::vector<std::string>& entities, const Page& page,
                        absl::string_view path, const QueryParams& query) {
  const int total = static_cast<int>(entities.size());
  const int page_count = (total + page.size - 1) / page.size;
  const int begin = std::min(total, (page.number - 1) * page.size);
  const int end = std::min(total, begin + page.size);
  const auto uri = [&](int number) { return PageUri(path, query, page.size, number); };

  RawObject listing;
  listing.Set("entities", JsonArray({entities.begin() + begin, entities.begin() + end}))
      .SetInt("pageSize", page.size)
      .SetInt("pageNumber", page.number)
      .SetInt("total", total)
      .SetInt("pageCount", page_count)
      .SetString("firstUri", uri(1))
      .SetString("selfUri", uri(page.number))
      .SetString("lastUri", uri(std::max(1, page_count)));
  if (page.number < page_count) listing.SetString("nextUri", uri(page.number + 1));
  if (page.number > 1) listing.SetString("previousUri", uri(page.number - 1));
  return listing.ToString();
}

}  // namespace gcjobs::sim
