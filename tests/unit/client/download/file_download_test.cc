#include "client/download/file_download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

class ItemLinesTest : public ::testing::Test {
 protected:
  static client::ResultPage Page(const std::string& items_json, int item_count) {
    client::ResultPage page;
    page.set_items_json(items_json);
    page.set_item_count(item_count);
    page.set_page_number(7);
    return page;
  }
  std::string Lines(const std::string& items_json, int item_count) {
    client::ResultPage page = Page(items_json, item_count);
    std::string lines;
    EXPECT_THAT(item_lines_.Append(&page, &lines), IsOk());
    EXPECT_EQ(page.items_json(), items_json);
    return lines;
  }
  absl::Status Problem(const std::string& items_json, int item_count) {
    client::ResultPage page = Page(items_json, item_count);
    std::string lines;
    return item_lines_.Append(&page, &lines);
  }

  ItemLines item_lines_;
};

TEST_F(ItemLinesTest, OneItemALine) {
  EXPECT_EQ(Lines(R"([{"a":1},{"b":[2,3]},"x",4])", 4), "{\"a\":1}\n{\"b\":[2,3]}\n\"x\"\n4\n");
}

TEST_F(ItemLinesTest, AnEmptyPageHasNoLines) {
  EXPECT_EQ(Lines("[]", 0), "");
  EXPECT_EQ(Lines(" [ \n ] ", 0), "");
}

TEST_F(ItemLinesTest, BytesStayAsTheyAre) {
  EXPECT_EQ(Lines(R"([{"n": 1.10,"big":12345678901234567890 ,"e":1E+05, "s":"\u001b\/ü"}])", 1),
            "{\"n\": 1.10,\"big\":12345678901234567890 ,\"e\":1E+05, \"s\":\"\\u001b\\/ü\"}\n");
}

TEST_F(ItemLinesTest, SpaceAroundItemsIsNotPartOfThem) {
  EXPECT_EQ(Lines("[ {\"a\":1} ,\t2\t, \"x\" ]", 3), "{\"a\":1}\n2\n\"x\"\n");
}

TEST_F(ItemLinesTest, BracketsQuotesAndCommasInStringsAreText) {
  EXPECT_EQ(Lines(R"(["],[", "a\",b", "\\", {"k\"]":"}{"}])", 4),
            "\"],[\"\n\"a\\\",b\"\n\"\\\\\"\n{\"k\\\"]\":\"}{\"}\n");
}

TEST_F(ItemLinesTest, LineBreaksBetweenTokensGo) {
  EXPECT_EQ(Lines("[\n  {\n    \"a\": 1,\r\n    \"b\": [\n 2 ]\n  },\n  3\n]\n", 2),
            "{    \"a\": 1,    \"b\": [ 2 ]  }\n3\n");
}

TEST_F(ItemLinesTest, EscapedLineBreaksInStringsStay) {
  EXPECT_EQ(Lines("[\n\"a\\nb\\r\"\n]", 1), "\"a\\nb\\r\"\n");
}

TEST_F(ItemLinesTest, AppendsToWhatIsThere) {
  client::ResultPage page = Page("[1]", 1);
  std::string lines = "before\n";
  EXPECT_THAT(item_lines_.Append(&page, &lines), IsOk());
  EXPECT_EQ(lines, "before\n1\n");
}

TEST_F(ItemLinesTest, AnotherNumberOfItemsThanThePageSaysIsALoss) {
  const absl::Status status = Problem("[1,2]", 3);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(status.message(), "page 7 has 2 items but says that it has 3");
}

TEST_F(ItemLinesTest, WhatIsNoArrayIsALoss) {
  for (const char* json : {"", "{}", "1", "[1", "[1,", "[1]]", "[\"a]", "[{\"a\":1]"}) {
    EXPECT_THAT(Problem(json, 1), StatusIs(absl::StatusCode::kDataLoss)) << json;
  }
  EXPECT_THAT(std::string(Problem("[1", 1).message()), HasSubstr("page 7: "));
}

// Genesys Cloud's item is not JSON then, but it keeps what it says.
TEST_F(ItemLinesTest, ARawLineBreakInAStringIsEscaped) {
  EXPECT_EQ(Lines("[\"a\nb\",\n{\"c\\\"\":\"\r\\\\\"\n}]", 2),
            "\"a\\nb\"\n{\"c\\\"\":\"\\r\\\\\"}\n");
}

TEST_F(ItemLinesTest, AnItemOfManyMegabytes) {
  const std::string item = "{\"text\":\"" + std::string(5 << 20, 'x') + "\"}";
  EXPECT_TRUE(Lines("[" + item + "," + item + "]", 2) == item + "\n" + item + "\n");
}

TEST(AppendOneLineTest, OnlyLineBreaksGo) {
  std::string line;
  AppendOneLine("\n[1,\r\n 2]\n", &line);
  EXPECT_EQ(line, "[1, 2]");
  AppendOneLine("", &line);
  AppendOneLine("3", &line);
  EXPECT_EQ(line, "[1, 2]3");
}

class CheckpointerTest : public ::testing::Test {
 protected:
  std::unique_ptr<PartFile> Open() const {
    PartFile::Options options;
    options.path = folder_.File("out");
    options.check = [](const DownloadState&) { return absl::OkStatus(); };
    return *PartFile::Open(options);
  }

  // Offers a state of `bytes` bytes and waits for the disk.
  void Offer(int64_t bytes) {
    DownloadState state;
    state.bytes = bytes;
    EXPECT_THAT(checkpointer_->Offer(state), IsOk());
    EXPECT_THAT(checkpointer_->Wait(), IsOk());
  }
  int64_t SavedBytes() const {
    return ParseDownloadState(folder_.Read("out.part.state")).value_or(DownloadState()).bytes;
  }

  gcjobs::testing::TempDir folder_;
  gcjobs::testing::FakeClock clock_;
  std::unique_ptr<PartFile> file_ = Open();
  std::unique_ptr<Checkpointer> checkpointer_ =
      std::make_unique<Checkpointer>(file_.get(), &clock_);
};

TEST_F(CheckpointerTest, SavesAtOnceAndThenOnceASecond) {
  Offer(2);
  EXPECT_EQ(SavedBytes(), 2);
  clock_.Advance(absl::Milliseconds(999));
  Offer(3);
  EXPECT_EQ(SavedBytes(), 2);
  clock_.Advance(absl::Milliseconds(1));
  Offer(4);
  EXPECT_EQ(SavedBytes(), 4);
}

TEST_F(CheckpointerTest, SavesEvery128Mebibytes) {
  Offer(1);
  Offer(128 << 20);
  EXPECT_EQ(SavedBytes(), 1);
  Offer((128 << 20) + 1);
  EXPECT_EQ(SavedBytes(), (128 << 20) + 1);
}

TEST_F(CheckpointerTest, WhatWasTakenIsSavedBeforeTheEnd) {
  DownloadState state;
  state.bytes = 5;
  EXPECT_THAT(checkpointer_->Offer(state), IsOk());
  checkpointer_.reset();
  EXPECT_EQ(SavedBytes(), 5);
}

TEST_F(CheckpointerTest, AFailedSaveIsToldAndStays) {
  std::filesystem::create_directory(folder_.File("out.part.state"));
  EXPECT_THAT(checkpointer_->Offer(DownloadState()), IsOk());
  EXPECT_THAT(checkpointer_->Wait(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(checkpointer_->Offer(DownloadState()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace gcjobs
