#include "tests/simulator/result_items.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {
namespace {

// In the texts below: ids, integers and the item's number are stamped over
// these, character for character; the note goes in at `~`.
constexpr absl::string_view kGuid = "GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG";
constexpr absl::string_view kInteger = "NNNNNNNNNNNNNNNNNNN";  // 19 digits
constexpr absl::string_view kOrdinal = "##########";

constexpr char kConversation[] =
    R"({"conversationId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG",)"
    R"("conversationStart":"2026-01-15T09:00:00.120Z","conversationEnd":"2026-01-15T09:07:31.004Z",)"
    R"("divisionIds":["GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG"],"externalTag":"item-##########",)"
    R"("mediaStatsMinConversationMos":4.90,"mediaStatsMinConversationRFactor":1.10,)"
    R"("originatingDirection":"inbound","participants":[{)"
    R"("participantId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG","participantName":"M\u00fcller, Zoë",)"
    R"("purpose":"customer","sessions":[{"sessionId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG",)"
    R"("mediaType":"voice","direction":"inbound","ani":"tel:+493012345678","dnis":"tel:+493087654321",)"
    R"("metrics":[{"name":"nConnected","value":1,"emitDate":"2026-01-15T09:00:04.000Z"},)"
    R"({"name":"tAnswered","value":1e3},{"name":"oRatio","value":-0.0}],)"
    R"("segments":[{"segmentType":"interact","segmentStart":"2026-01-15T09:00:04.000Z",)"
    R"("segmentEnd":"2026-01-15T09:07:31.004Z","conference":false,"disconnectType":"peer"}]}],)"
    R"("attributes":{"customerNumber":"12345678901234567890","mood":"a \"quoted\" ]} bracket"}},)"
    R"({"participantId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG","purpose":"agent",)"
    R"("userId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG","sessions":[]}],)"
    R"("x-account":NNNNNNNNNNNNNNNNNNN,"x-total":12345678901234567890,"x-note":"~"})";

constexpr char kUserDetail[] =
    R"({"userId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG","externalTag":"item-##########",)"
    R"("primaryPresence":[{"startTime":"2026-01-15T08:00:00.000Z",)"
    R"("endTime":"2026-01-15T16:30:00.000Z","systemPresence":"AVAILABLE",)"
    R"("organizationPresenceId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG"}],)"
    R"("routingStatus":[{"startTime":"2026-01-15T08:00:00.000Z","routingStatus":"IDLE"}],)"
    R"("x-account":NNNNNNNNNNNNNNNNNNN,"x-total":12345678901234567890,"x-rate":1.10,"x-note":"~"})";

constexpr char kAggregate[] =
    R"({"group":{"mediaType":"voice","queueId":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG"},)"
    R"("externalTag":"item-##########","data":[)"
    R"({"interval":"2026-01-15T00:00:00.000Z/2026-01-16T00:00:00.000Z","metrics":[)"
    R"({"metric":"tHandle","stats":{"max":451000,"min":1.10,"count":24,"sum":NNNNNNNNNNNNNNNNNNN}},)"
    R"({"metric":"nOffered","stats":{"count":12345678901234567890,"ratio":1e3}}]}],"x-note":"~"})";

constexpr char kEntity[] =
    R"({"id":"GGGGGGGG-GGGG-GGGG-GGGG-GGGGGGGGGGGG","externalTag":"item-##########",)"
    R"("name":"S\u00e3o Paulo – \"]\"","dateCreated":"2026-01-15T09:00:00.000Z","enabled":true,)"
    R"("parent":null,"amount":1.10,"serial":NNNNNNNNNNNNNNNNNNN,"total":12345678901234567890,)"
    R"("x-note":"~"})";

// What notes are made of: nothing that has to be escaped.
constexpr absl::string_view kNote =
    "The caller asked about invoice 4711, was put on hold for two minutes, and was called back "
    "the next morning; parcel, refund and voucher were agreed on in writing. ";

// The same many times over: long notes are then copied in few pieces.
const std::string& Notes() {
  static const auto* const kNotes = [] {
    auto* const notes = new std::string;
    for (int i = 0; i < 100; ++i) notes->append(kNote.data(), kNote.size());
    return notes;
  }();
  return *kNotes;
}

uint64_t Mix(uint64_t seed, uint64_t n) { return DeterministicRandom(seed ^ n).Next(); }

void WriteHex(uint64_t value, int digits, char* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = kDigits[value & 15];
}

void WriteDecimal(uint64_t value, size_t digits, char* out) {
  for (size_t i = digits; i > 0; --i, value /= 10) out[i - 1] = static_cast<char>('0' + value % 10);
}

// As DeterministicRandom::Guid, without its formatting, which would take most
// of a page's time.
void WriteGuid(DeterministicRandom* random, char* out) {
  const uint64_t high = (random->Next() & 0xffffffffffff0fff) | 0x4000;
  const uint64_t low = (random->Next() & 0x3fffffffffffffff) | 0x8000000000000000;
  WriteHex(high >> 32, 8, out);
  WriteHex(high >> 16, 4, out + 9);
  WriteHex(high, 4, out + 14);
  WriteHex(low >> 48, 4, out + 19);
  WriteHex(low, 12, out + 24);
}

// Of 19 digits, beyond 2^53 and within 2^63.
void WriteInteger(DeterministicRandom* random, char* out) {
  constexpr uint64_t kLeast = 1'000'000'000'000'000'000;
  WriteDecimal(kLeast + random->Below(kLeast * 8), kInteger.size(), out);
}

std::vector<size_t> PlacesOf(absl::string_view mark, absl::string_view text) {
  std::vector<size_t> places;
  for (size_t at = text.find(mark); at != absl::string_view::npos;
       at = text.find(mark, at + mark.size())) {
    places.push_back(at);
  }
  return places;
}

}  // namespace

struct ItemMaker::Template {
  explicit Template(absl::string_view marked)
      : head(marked.substr(0, marked.find('~'))),
        tail(marked.substr(marked.find('~') + 1)),
        guids(PlacesOf(kGuid, head)),
        integers(PlacesOf(kInteger, head)),
        ordinal(head.find(kOrdinal)) {}

  absl::string_view head;  // before the note
  absl::string_view tail;
  std::vector<size_t> guids;
  std::vector<size_t> integers;
  size_t ordinal;
};

const ItemMaker::Template& ItemMaker::TemplateOf(ItemShape shape) {
  static const auto* const kTemplates = new std::vector<Template>{
      Template(kConversation), Template(kUserDetail), Template(kAggregate), Template(kEntity)};
  return (*kTemplates)[static_cast<size_t>(shape)];
}

ItemShape ShapeOf(absl::string_view member) {
  if (member == "conversations" || member == "items") return ItemShape::kConversation;
  if (member == "userDetails") return ItemShape::kUserDetail;
  if (member == "results") return ItemShape::kAggregate;
  return ItemShape::kEntity;
}

ItemMaker::ItemMaker(ItemShape shape, uint64_t seed, absl::string_view job_id, int64_t item_bytes)
    : template_(TemplateOf(shape)), job_seed_(DeterministicRandom(seed, job_id, 0).Next()) {
  const auto own_bytes = static_cast<int64_t>(template_.head.size() + template_.tail.size());
  note_bytes_ = static_cast<size_t>(std::max<int64_t>(0, item_bytes - own_bytes));
}

void ItemMaker::Append(int64_t first, int count, std::string* json) const {
  const size_t item_bytes = template_.head.size() + note_bytes_ + template_.tail.size() + 1;
  json->reserve(json->size() + item_bytes * static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (i > 0) json->push_back(',');
    AppendOne(first + i, json);
  }
}

void ItemMaker::AppendOne(int64_t index, std::string* json) const {
  const size_t start = json->size();
  json->append(template_.head.data(), template_.head.size());
  DeterministicRandom random(Mix(job_seed_, static_cast<uint64_t>(index)));
  char* const head = &(*json)[start];
  for (const size_t place : template_.guids) WriteGuid(&random, head + place);
  for (const size_t place : template_.integers) WriteInteger(&random, head + place);
  WriteDecimal(static_cast<uint64_t>(index), kOrdinal.size(), head + template_.ordinal);
  for (size_t left = note_bytes_; left > 0;) {
    const size_t part = std::min(left, Notes().size());
    json->append(Notes(), 0, part);
    left -= part;
  }
  json->append(template_.tail.data(), template_.tail.size());
}

}  // namespace gcjobs::sim
