#include "tests/simulator/json_path.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace gcjobs::sim {

void SetAt(const JsonPath& path, absl::string_view json, RawObject* object) {
  const std::string& name = path.front();
  if (path.size() == 1) {
    object->Set(name, json);
    return;
  }
  const bool is_array = name == "errors" || name == "messages";
  RawObject inner = object->GetObject(name).value_or(RawObject());
  SetAt(JsonPath(path.begin() + 1, path.end()), json, &inner);
  const std::string text = inner.ToString();
  object->Set(name, is_array ? absl::StrCat("[", text, "]") : text);
}

}  // namespace gcjobs::sim
