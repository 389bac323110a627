#include "server/genesys/kinds/kind_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/file.h"

namespace gcjobs {
namespace {

// How errors and KindSpec::declared_at name the file that is built in.
constexpr absl::string_view kBuiltInName = "job_kinds.json";

std::vector<KindSpec>::iterator FindByName(std::vector<KindSpec>* kinds, absl::string_view name) {
  return std::find_if(kinds->begin(), kinds->end(),
                      [&](const KindSpec& kind) { return kind.name == name; });
}

absl::Status DeclaredTwice(const KindSpec& kind, const KindSpec& other) {
  return MakeError(errors::kInvalidKindFile,
                   absl::StrCat(kind.declared_at, ": the kind `", kind.name,
                                "` is already declared at ", other.declared_at),
                   {{"kind", kind.name},
                    {"declared_at", kind.declared_at},
                    {"other_declared_at", other.declared_at}});
}

// The kinds of all the files.
absl::StatusOr<std::vector<KindSpec>> ReadKindFiles(const std::vector<std::string>& files) {
  std::vector<KindSpec> kinds;
  for (const std::string& file : files) {
    const absl::StatusOr<std::string> text = ReadTextFile(file);
    if (!text.ok()) {
      return MakeError(errors::kKindFileNotReadable,
                       absl::StrCat("kind file: ", text.status().message()), {{"file", file}});
    }
    absl::StatusOr<std::vector<KindSpec>> more = ParseKindFile(file, *text);
    if (!more.ok()) return more.status();
    for (KindSpec& kind : *more) {
      const auto other = FindByName(&kinds, kind.name);
      if (other != kinds.end()) return DeclaredTwice(kind, *other);
      kinds.push_back(std::move(kind));
    }
  }
  return kinds;
}

// Puts `kind` in the place of the one that has its name, or behind all.
void Replace(KindSpec kind, std::vector<KindSpec>* kinds) {
  const auto same = FindByName(kinds, kind.name);
  if (same != kinds->end()) {
    *same = std::move(kind);
  } else {
    kinds->push_back(std::move(kind));
  }
}

}  // namespace

absl::StatusOr<std::vector<KindSpec>> LoadKinds(const std::vector<std::string>& files) {
  absl::StatusOr<std::vector<KindSpec>> kinds = ParseKindFile(kBuiltInName, BuiltInKindFile());
  if (!kinds.ok()) return kinds.status();
  absl::StatusOr<std::vector<KindSpec>> added = ReadKindFiles(files);
  if (!added.ok()) return added.status();
  for (KindSpec& kind : *added) Replace(std::move(kind), &*kinds);
  return kinds;
}

}  // namespace gcjobs
