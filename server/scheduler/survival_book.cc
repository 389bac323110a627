#include "server/scheduler/survival_book.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/scheduler/survival_state.pb.h"

namespace gcjobs {
namespace {

using age_grid::kBins;
using Row = std::array<float, kBins>;

// A count is at most some 400, the jobs that are remembered; one larger than this
// did not come from Save.
constexpr float kMostInABin = 1e9F;

// The second law of a class is believed when it leads by so many nats and rests on so
// many ends. One poll adds at most kMostLeadOfOnePoll; the lead is bounded, so that a
// change for the worse is noticed within some ten polls.
constexpr double kLeadToBelieve = 4;
constexpr double kMostLead = 12;
constexpr double kMostLeadOfOnePoll = 2;
constexpr double kSamplesToBelieve = 20;

absl::string_view NameAbove(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? absl::string_view() : name.substr(0, slash);
}

void SaveRow(const Row& row, google::protobuf::RepeatedField<float>* field) {
  int used = kBins;
  while (used > 0 && row[used - 1] == 0) --used;
  field->Add(row.begin(), row.begin() + used);
}

bool LoadRow(const google::protobuf::RepeatedField<float>& field, Row* row) {
  if (field.size() > kBins) return false;
  for (const float count : field) {
    if (!(count >= 0 && count <= kMostInABin)) return false;  // NaN fails too
  }
  std::copy(field.begin(), field.end(), row->begin());
  return true;
}

bool LoadClass(const scheduler::ClassEvidence& saved, DurationHistogram* evidence) {
  if (!(saved.jobs() >= 0 && saved.jobs() <= kMostInABin)) return false;
  evidence->jobs = saved.jobs();
  return LoadRow(saved.ended(), &evidence->ended) && LoadRow(saved.at_risk(), &evidence->at_risk);
}

}  // namespace

SurvivalBook::SurvivalBook(Options options) : options_(std::move(options)) { Add("", kNone); }

SurvivalBook::ClassId SurvivalBook::ClassOf(absl::string_view name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  const ClassId above = ClassOf(NameAbove(name));
  return classes_.size() < options_.max_classes ? Add(name, above) : above;
}

SurvivalBook::ClassId SurvivalBook::Add(absl::string_view name, ClassId parent) {
  const auto id = static_cast<ClassId>(classes_.size());
  const SurvivalModel* above = parent == kNone ? nullptr : classes_[parent].model.get();
  const auto usual = options_.usual_means.find(name.substr(name.rfind('/') + 1));
  std::optional<double> usual_mean;
  if (usual != options_.usual_means.end()) usual_mean = usual->second;
  classes_.push_back(
      {std::string(name), parent, std::make_unique<SurvivalModel>(above, usual_mean)});
  by_name_.emplace(std::string(name), id);
  return id;
}

void SurvivalBook::Unfinished(ClassId id, double from, double to, PollKind poll) {
  for (; id != kNone; id = classes_[id].parent) classes_[id].model->Unfinished(from, to, poll);
  ++version_;
}

void SurvivalBook::Ended(ClassId id, double from, double to, PollKind poll) {
  for (; id != kNone; id = classes_[id].parent) classes_[id].model->Ended(from, to, poll);
  ++version_;
}

void SurvivalBook::SinceChange(ClassId id, double changed_at, double from, double to, bool ended) {
  const double since_from = std::max(from - changed_at, 0.0), since_to = to - changed_at;
  if (!(since_to > since_from)) return;
  if (classes_[id].since_change == kNone) {
    if (classes_.size() >= options_.max_classes) return;
    Class second;
    second.name = absl::StrCat(classes_[id].name, ", since a change of status");
    second.model = std::make_unique<SurvivalModel>(nullptr);
    second.is_second_law = true;
    classes_[id].since_change = static_cast<ClassId>(classes_.size());
    classes_.push_back(std::move(second));
  }
  Class& first = classes_[id];
  SurvivalModel& since_change = *classes_[first.since_change].model;
  const double lead = since_change.curve().LogChance(since_from, since_to, ended) -
                      first.model->curve().LogChance(from, to, ended);
  first.change_lead += std::clamp(lead, -kMostLeadOfOnePoll, kMostLeadOfOnePoll);
  first.change_lead = std::clamp(first.change_lead, -kMostLead, kMostLead);
  if (ended) {
    since_change.Ended(since_from, since_to, PollKind::kDue);
  } else {
    since_change.Unfinished(since_from, since_to, PollKind::kDue);
  }
  ++version_;
}

std::optional<SurvivalBook::ClassId> SurvivalBook::BelievedSinceChange(ClassId id) const {
  const Class& known = classes_[id];
  if (known.since_change == kNone || known.change_lead < kLeadToBelieve) return std::nullopt;
  if (classes_[known.since_change].model->samples() < kSamplesToBelieve) return std::nullopt;
  return known.since_change;
}

void SurvivalBook::SetKnown(absl::string_view name, const SurvivalCurve& law) {
  *classes_[ClassOf(name)].model = SurvivalModel::Known(law);
}

std::string SurvivalBook::Save() const {
  scheduler::SurvivalState state;
  state.set_first_edge_seconds(age_grid::kFirstEdge);
  state.set_bins_per_e(age_grid::kBinsPerE);
  for (const Class& known : classes_) {
    if (known.is_second_law) continue;
    const DurationHistogram& evidence = known.model->evidence();
    scheduler::ClassEvidence* const saved = state.add_classes();
    saved->set_poll_class(known.name);
    saved->set_jobs(evidence.jobs);
    SaveRow(evidence.ended, saved->mutable_ended());
    SaveRow(evidence.at_risk, saved->mutable_at_risk());
  }
  return state.SerializeAsString();
}

absl::Status SurvivalBook::Load(absl::string_view bytes) {
  scheduler::SurvivalState state;
  if (bytes.size() > std::numeric_limits<int>::max() ||
      !state.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(
        absl::StrCat("the learned durations cannot be read: ", bytes.size(), " bytes"));
  }
  if (state.first_edge_seconds() != age_grid::kFirstEdge ||
      state.bins_per_e() != age_grid::kBinsPerE) {
    return absl::DataLossError(
        absl::StrCat("the learned durations are on another grid: first edge ",
                     state.first_edge_seconds(), " s, bins per e ", state.bins_per_e()));
  }
  for (const scheduler::ClassEvidence& saved : state.classes()) {
    DurationHistogram evidence;
    if (!LoadClass(saved, &evidence)) continue;
    const ClassId id = ClassOf(saved.poll_class());
    if (NameOf(id) == saved.poll_class()) classes_[id].model->Restore(evidence);
  }
  return absl::OkStatus();
}

}  // namespace gcjobs
