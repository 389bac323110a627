#include "tests/simulator/document_store.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace gcjobs::sim {
namespace {

int64_t VersionOf(const RawObject& json) { return json.GetInt("version").value_or(0); }

}  // namespace

void DocumentStore::Add(Document document) {
  MutexLock lock(&mu_);
  documents_.push_back(std::move(document));
}

DocumentStore::Document* DocumentStore::FindLocked(absl::string_view id) {
  for (Document& document : documents_) {
    if (document.id == id) return &document;
  }
  return nullptr;
}

std::optional<DocumentStore::Document> DocumentStore::Find(absl::string_view id) const {
  MutexLock lock(&mu_);
  for (const Document& document : documents_) {
    if (document.id == id) return document;
  }
  return std::nullopt;
}

std::vector<DocumentStore::Document> DocumentStore::All() const {
  MutexLock lock(&mu_);
  return documents_;
}

absl::StatusOr<RawObject> DocumentStore::Update(absl::string_view id, int64_t expected_version,
                                                absl::FunctionRef<RawObject(RawObject)> edit) {
  MutexLock lock(&mu_);
  Document* const document = FindLocked(id);
  if (document == nullptr) return absl::NotFoundError(absl::StrCat("document ", id));
  const int64_t version = VersionOf(document->json);
  if (version != expected_version) {
    return absl::AbortedError(
        absl::StrCat("document ", id, ": version is ", version, ", not ", expected_version));
  }
  document->json = edit(document->json).SetInt("version", version + 1);
  return document->json;
}

absl::StatusOr<RawObject> DocumentStore::Touch(absl::string_view id, const RawObject& changes) {
  MutexLock lock(&mu_);
  Document* const document = FindLocked(id);
  if (document == nullptr) return absl::NotFoundError(absl::StrCat("document ", id));
  const int64_t version = VersionOf(document->json);
  document->json.Merge(changes).SetInt("version", version + 1);
  return document->json;
}

}  // namespace gcjobs::sim
