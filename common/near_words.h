#ifndef GCJOBS_COMMON_NEAR_WORDS_H_
#define GCJOBS_COMMON_NEAR_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gcjobs {

// What somebody who wrote `typed` may have meant: those of `known` that differ
// from it by a few letters (one in three at most, case ignored, two letters in
// the wrong order counting as one) or that begin with it, the nearest first, at
// most three. Empty when nothing is near.
std::vector<std::string> NearWords(absl::string_view typed, const std::vector<std::string>& known);

// What NearWords found, said behind a message: `; there is "a" and "b"`; "" when it
// found nothing.
std::string ThereIs(const std::vector<std::string>& near);

// NearWords as a question: `did you mean list?`, `did you mean get or list?`; ""
// when nothing is near.
std::string DidYouMean(absl::string_view typed, const std::vector<std::string>& known);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_NEAR_WORDS_H_
