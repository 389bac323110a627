#ifndef GCJOBS_TESTS_FAKES_ODD_JSON_H_
#define GCJOBS_TESTS_FAKES_ODD_JSON_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gcjobs::testing {

// A value that some readers of JSON do not take, though nothing about it is in
// the way of what stands beside it.
struct OddValue {
  const char* name;  // letters and digits alone: it may name a test
  std::string json;
};

inline void PrintTo(const OddValue& value, std::ostream* os) { *os << value.name; }

inline std::vector<OddValue> OddValues() {
  return {
      {"LoneHighSurrogate", R"("a\ud83d")"},
      {"LoneLowSurrogate", R"("\ude00z")"},
      {"WrongEscape", R"("\q\u12g4")"},
      {"HugeExponent", "1e400"},
      {"HugeInteger", std::string(400, '7')},
      {"DeepNesting", absl::StrCat(std::string(200, '['), std::string(200, ']'))},
      {"DeepObjects",
       [] {
         std::string deep = "1";
         for (int i = 0; i < 200; ++i) deep = absl::StrCat(R"({"a":)", deep, "}");
         return deep;
       }()},
      {"NotUtf8", "\"M\xFCller \xED\xA0\x80\""},
      {"CutUtf8", "\"\xE2\x82\""},
      {"NulByte", std::string("\"a\0b\"", 5)},
      {"LineBreakInAString", "\"a\nb\""},
      {"NameThatIsNotUtf8", "{\"\xFF\":1}"},
      {"NameWithALoneSurrogate", R"({"\ud83d":1})"},
  };
}

// `object`, which begins with `{`, with the odd value as its first member, and
// as its last.
inline std::string WithNeighbours(absl::string_view object, const OddValue& odd) {
  const absl::string_view inside = object.substr(1, object.size() - 2);
  return absl::StrCat("{\"odd first\":", odd.json, ",", inside, ",\"odd last\":[", odd.json, "]}");
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_ODD_JSON_H_
